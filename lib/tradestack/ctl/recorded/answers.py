"""The files' answers to what the order manager is asked: with the same fields, in the same form."""

import argparse
import sys
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from tradestack.ctl.recorded.newest_states import newest_states
from tradestack.ctl.recorded.session_at import SessionAt, session_at
from tradestack.ctl.state_option import state_files
from tradestack.domain.faults import OperatorFault
from tradestack.net.server.users import canonical_user
from tradestack.report.files.unreadable import as_operator_fault
from tradestack.trading.account.usages import usages_in
from tradestack.trading.replies.accounts import (
    UnavailableAccount,
    account_reply,
    position_replies,
)
from tradestack.trading.replies.limits import limit_reply, per_order_reply, trading_state_reply
from tradestack.trading.replies.orders import fill_reply, open_order_reply
from tradestack.trading.risk.shown.order_limits import order_limits
from tradestack.trading.verification.accounts_at import AccountsAt

Parameters = Mapping[str, Any]
Reply = dict[str, Any]


def answer(args: argparse.Namespace, method: str, parameters: Parameters) -> Reply:
    """Return what a method would reply; raise OperatorFault."""
    if (user := parameters.get("user")) is not None:
        parameters = {**parameters, "user": canonical_user(user)}
    with as_operator_fault():
        files = state_files(args)
        with session_at(files, args.session, args.at) as session:
            reply: Reply = msgspec.to_builtins(_ANSWERS[method](session, parameters))
    return reply


def _orders(session: SessionAt, parameters: Parameters) -> Reply:
    return {"orders": session.orders(parameters["count"])}


def _fills(session: SessionAt, parameters: Parameters) -> Reply:
    return {"fills": [fill_reply(*fill) for fill in session.fills(parameters["count"])]}


def _open_orders(session: SessionAt, parameters: Parameters) -> Reply:
    accounts = _folded(session, None)
    orders = [
        open_order_reply((user, session.id), order)
        for user, account in accounts.accounts.items()
        for order in account.state.orders.values()
    ]
    orders.sort(key=lambda order: order.order_id)
    return {
        "orders": orders[-parameters["count"] :],
        "total": len(orders),
        "unavailable": _unavailable(session, accounts),
    }


def _accounts(session: SessionAt, parameters: Parameters) -> Reply:
    accounts = _folded(session, parameters.get("user"))
    return {
        "accounts": [account_reply(*each) for each in newest_states(session, accounts)],
        "unavailable": _unavailable(session, accounts),
    }


def _positions(session: SessionAt, parameters: Parameters) -> Reply:
    accounts = _folded(session, parameters.get("user"))
    positions = [
        position
        for each in newest_states(session, accounts)
        for position in position_replies(*each)
    ]
    return {
        "positions": positions,
        "total": len(positions),
        "unavailable": _unavailable(session, accounts),
    }


def _limits(session: SessionAt, parameters: Parameters) -> Reply:
    user: str | None = parameters["user"]
    accounts = _folded(session, None)
    _note_absent(session, accounts, user)
    limits = accounts.rules.newest
    if limits is None:
        raise OperatorFault(
            f"feed session {session.id}",
            "no order journal that is kept has limits of it",
            "ask the order manager, without a session or --state-dir",
        )
    trading = [each for each in accounts.accounts.values() if not each.state.is_ended]
    return {
        "hash": limits.hash,
        "states": [trading_state_reply(change) for change in accounts.rules.trading.changes(user)],
        "limits": [limit_reply(usage) for usage in usages_in(trading, limits, user)],
        "per_order": [per_order_reply(limit) for limit in order_limits(limits, user)],
        "unavailable": _unavailable(session, accounts),
    }


_ANSWERS: Mapping[str, Callable[[SessionAt, Parameters], Reply]] = {
    "ListOrders": _orders,
    "ListOpenOrders": _open_orders,
    "ListFills": _fills,
    "ListAccounts": _accounts,
    "ListPositions": _positions,
    "GetLimits": _limits,
}


def _folded(session: SessionAt, user: str | None) -> AccountsAt:
    """Fold the accounts; say it if no journal has any, as an empty answer may have other causes."""
    if not session.account_journals:
        print(
            f"tradestackctl: no order journal that is kept has an account of {session.id}",
            file=sys.stderr,
        )
    accounts = session.accounts(user)
    _note_absent(session, accounts, user)
    return accounts


def _note_absent(session: SessionAt, accounts: AccountsAt, user: str | None) -> None:
    """Say that a user has no account: the name may be wrong."""
    if user not in (None, *accounts.accounts, *accounts.unavailable):
        print(
            f"tradestackctl: user {user!r} has no account in feed session {session.id}",
            file=sys.stderr,
        )


def _unavailable(session: SessionAt, accounts: AccountsAt) -> list[UnavailableAccount]:
    return [
        UnavailableAccount(user, session.id, reason)
        for user, reason in sorted(accounts.unavailable.items())
    ]
