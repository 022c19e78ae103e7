"""The standby's side: what is in the stream is added to the local journal and the state."""

import asyncio
import logging
from pathlib import Path

from tradestack.configs.order_manager import OrderManagerConfig
from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack.domain.faults import OperatorFault
from tradestack.engine.connection import Connection
from tradestack.engine.faults import Damaged, EngineError, Missing, Unavailable
from tradestack.engine.reader import StreamReader
from tradestack.replication.message import Authorship, Entry, JournalEntry
from tradestack.replication.shortfall import Shortfall
from tradestack.replication.silence import Silence
from tradestack.sessions.followed import follow
from tradestack.sessions.order_session import OrderSession
from tradestack.store.append_file import AppendFile
from tradestack.store.free_space import DISK_FULL, storage_fault
from tradestack.store.journal import JOURNAL_SUFFIX
from tradestack_order_manager.replication.alive import hear_alive
from tradestack_order_manager.replication.identity import Identity
from tradestack_order_manager.replication.link import (
    RETRY_MAX_S,
    RETRY_S,
    Damages,
    Link,
    read_entry,
)
from tradestack_order_manager.replication.publisher import LOOK_INTERVAL_S, UNCONFIRMED_NS_MAX
from tradestack_order_manager.replication.space import Space
from tradestack_order_manager.sessions.journal_files import prune_journals
from tradestack_order_manager.show.ended_log import complete_log

NO_MAJORITY = "most servers of the stream do not answer: they are down, or this host is cut off"
NAMES = "set replication.host on one of them"
SILENT_S_MAX = 5.0  # longer than a restart of the primary takes: then it is a fault

logger = logging.getLogger(__name__)


def silence_of(takeover_after_ns: int | None) -> Silence:
    """Return the silence after which a standby takes over; None: it never does by itself."""
    look_ns = int(LOOK_INTERVAL_S * NANOSECONDS_PER_SECOND)
    return Silence(takeover_after_ns and -(-takeover_after_ns // look_ns) + 1)


class Follower:
    """Follows a primary.

    last: the newest message that is in the state. author: who wrote it. session: the newest here,
    None before the first. stored_session: the newest in the stream, "" before the first. primary:
    the host that was last heard, and the newest message that it has named. claims: the
    writers (Ts-Writer) of Takeovers of this host that may be stored yet, though it has given up.
    """

    def __init__(
        self,
        link: Link,
        directory: Path,
        session: OrderSession | None,
        *,
        last: int,
        author: Authorship | None,
        stored_session: str,
        silence: Silence,
        identity: Identity,
        clock: Clock,
        config: OrderManagerConfig,
    ) -> None:
        self.last = last
        self.stored_session = stored_session
        self.author = author
        self.session = session
        self.primary: tuple[str, int] | None = None
        self.silence = silence
        self.claims: set[str] = set()
        self._read_fault: str | None = None  # why the stream could not be read
        self._look_fault: str | None = None  # why its end is not known
        self._name_fault: str | None = None  # that another host has this one's name
        self._confirmed_ns: int | None = None  # monotonic; most servers followed the leader then
        self._identity = identity
        self._clock = clock
        self.damages = Damages(directory, link.name)
        self._link = link
        self.directory = directory
        self.config = config
        self._space = Space(directory)
        self._shortfall = Shortfall()
        self._heard_over: Connection | None = None

    @property
    def behind(self) -> int:
        """How many messages the primary has said to have stored that are not in the state."""
        return 0 if self.primary is None else max(0, self.primary[1] - self.last)

    @property
    def shortage(self) -> str | None:
        """What is lacking on the disk, so that nothing can be taken over."""
        return self._space.shortage

    @property
    def fault(self) -> str | None:
        """Why this host could not take over without a loss, or has to; None if all is well."""
        return (
            self._space.shortage
            or self._read_fault
            or self._look_fault
            or self._name_fault
            or self._silence_fault
        )

    @property
    def _silence_fault(self) -> str | None:
        silent_s = self.silence.looks * LOOK_INTERVAL_S
        if silent_s < SILENT_S_MAX:
            return None
        host = "the primary" if self.author is None else f"host {self.author.host}, the primary,"
        return f"{host} has not been heard for {silent_s:g} s"

    async def follow(self) -> None:
        """Follow; return when a claim of this host is in the stream that it had given up.

        Raises OperatorFault, OSError if the journal cannot be written.
        """
        self._prune(self.config.sessions_kept)
        while True:
            stream = await self._link.patiently()
            try:
                reader = await stream.reader(self.last + 1)
                while self.author is None or self.author.writer not in self.claims:
                    await self._take(reader)
                    self._read_fault = None
            except (Damaged, Missing) as damage:
                self._read_fault = str(damage)
                self.damages.note(self.last, damage)
                await asyncio.sleep(RETRY_MAX_S)
            except EngineError as error:
                self._read_fault = str(error)
                await asyncio.sleep(RETRY_S)
            except OSError as error:
                if error.errno not in DISK_FULL:
                    raise
                self._read_fault = storage_fault(error, self.directory)
                await asyncio.sleep(RETRY_MAX_S)
            else:
                return

    async def end_of_stream(self) -> int:
        """Return the newest message that is stored.

        Raises EngineError, also if that is older than what was read; OperatorFault if that lasts.
        """
        stream, began_ns = await self._link.stream(), self._clock.monotonic_ns()
        state = await stream.state()
        fault = self._shortfall.look(self._link.name, stored=state.last, known=self.last)
        if fault is not None:
            raise Unavailable(fault)
        if state.majority_age_ns is not None:
            self._confirmed_ns = max(self._confirmed_ns or 0, began_ns - state.majority_age_ns)
        return state.last

    async def confirm(self) -> None:
        """Return when most servers have followed the stream's leader since this call.

        Raises as `end_of_stream`.
        """
        began_ns = self._clock.monotonic_ns()
        await self.end_of_stream()
        while self._confirmed_ns is None or self._confirmed_ns < began_ns:
            await asyncio.sleep(RETRY_S)
            await self.end_of_stream()

    async def catch_up(self) -> None:
        """Read to the end of the stream. Raises EngineError, OperatorFault, OSError."""
        end = await self.end_of_stream()
        if self.last < end:
            reader = await (await self._link.stream()).reader(self.last + 1)
            while self.last < end:
                await self._take(reader)

    async def _take(self, reader: StreamReader) -> None:
        messages = await reader.next_messages()
        await self._space.wait()
        for message in messages:
            entry = read_entry(self._link.name, message)
            if entry is None:
                self._link.foreign.note(message.sequence)
            else:
                self._apply(entry)
            self.last = message.sequence
        await asyncio.sleep(0)  # what has arrived already is read without a wait

    def _apply(self, entry: Entry) -> None:
        self.silence.heard()
        if self.author is not None and self.author.epoch != entry.author.epoch:
            logger.info("host %s is the primary, epoch %d", entry.author.host, entry.author.epoch)
        self.author, self.stored_session = entry.author, entry.session
        self._name_fault = (
            f"another host is called {self._identity.host}, too: {NAMES}"
            if (self._identity.is_namesake(entry.author))
            else None
        )
        if not isinstance(entry, JournalEntry):
            return
        session = self.session
        if session is None or entry.session != session.id:
            if session is not None:
                session.sync()  # only the newest is compared with the stream at a start
                complete_log(self.config.order_log, session)
            self.session = self._begin(entry)
            if session is not None:
                session.close()
            self._prune(self.config.sessions_kept)
        elif entry.offset == session.journal_bytes:
            follow(session, entry.lines)
        else:
            raise OperatorFault(
                str(session.journal.path),
                f"ends at byte {session.journal_bytes}, and the stream goes on at {entry.offset}",
                "start the order manager again: it compares the two",
            )

    def _begin(self, entry: JournalEntry) -> OrderSession:
        """Begin another session; the entry has all that it begins with."""
        path = self.directory / f"{entry.session}{JOURNAL_SUFFIX}"
        file = AppendFile.create(path)
        try:
            file.append(entry.lines)
        except OSError:
            path.unlink()  # it is created again
            raise
        finally:
            file.close()
        session = OrderSession.recover(path)
        if session is None:
            raise OperatorFault(
                str(path),
                "does not begin as an order session does",
                "run the same version of tradestack on both hosts",
            )
        return session

    def _prune(self, kept: int) -> None:
        """Remove the journals of ended sessions, as the primary does."""
        named = () if self.session is None else self.session.state.accounts.order_sessions
        try:
            prune_journals(self.directory, kept, named)
        except OSError as error:
            logger.warning("an old journal cannot be removed: %s", error)

    # ---- the primary's silence -----------------------------------------------------------------

    async def listen(self) -> None:
        """Listen to the primary until it has been silent for too long. Raises OperatorFault."""
        while not self.silence.is_over:
            await asyncio.sleep(LOOK_INTERVAL_S)
            self._space.look(self.config.free_bytes_min, self._prune)
            began_ns = self._clock.monotonic_ns()
            try:
                connection = await self._link.connection()
                if connection is not self._heard_over:
                    await hear_alive(connection, self._link.name, self._heard)
                    self._heard_over = connection
                    self.silence.heard()  # nothing could be heard until now
                await self.end_of_stream()
            except EngineError as error:
                self._note_look(str(error))
                self.silence.heard()
            else:
                confirmed_ns = self._confirmed_since(began_ns - UNCONFIRMED_NS_MAX)
                self._note_look(NO_MAJORITY if confirmed_ns is None else None)
                self.silence.look(began_ns, confirmed_ns)

    def _confirmed_since(self, time_ns: int) -> int | None:
        """Return when most servers last followed the stream's leader; None: before `time_ns`."""
        confirmed_ns = self._confirmed_ns
        return None if confirmed_ns is None or confirmed_ns < time_ns else confirmed_ns

    def _note_look(self, fault: str | None) -> None:
        if fault is not None and self._look_fault is None:
            logger.warning("stream %s: %s", self._link.name, fault)
        elif fault is None and self._look_fault is not None:
            logger.info("stream %s: most of its servers answer again", self._link.name)
        self._look_fault = fault

    def _heard(self, host: str, epoch: int, last: int) -> None:
        if self.author is None or epoch >= self.author.epoch:
            self.primary = host, last
            self.silence.heard()
