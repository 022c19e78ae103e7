"""The password of a daemon's logins, read again before each: a file may be corrected meanwhile."""

import logging
from collections.abc import Callable

from tradestack.domain.faults import OperatorFault

logger = logging.getLogger(__name__)


class LoginPassword:
    """Returns the password when called; the one before while its file cannot be used."""

    def __init__(self, read: Callable[[], str]) -> None:
        """Read it. Raises OperatorFault."""
        self._read = read
        self._password = self._read()
        self._fault = ""

    def __call__(self) -> str:
        fault = ""
        try:
            self._password = self._read()
        except OperatorFault as error:
            fault = str(error)
            if fault != self._fault:
                logger.warning("the password stays as it was: %s", fault)
        self._fault = fault
        return self._password
