"""org.varlink.service: the interface by which every Varlink service describes itself."""

from collections.abc import Mapping

import msgspec

from tradestack.domain.version import VERSION
from tradestack.net.control.interface import Interface, Method
from tradestack.wire.varlink import (
    SERVICE_ERRORS,
    SERVICE_INTERFACE,
    InterfaceNotFound,
    service_error,
)


class Info(msgspec.Struct, frozen=True):
    """Name and version of the service, and the interfaces it has."""

    vendor: str
    product: str
    version: str
    url: str
    interfaces: list[str]


class InterfaceName(msgspec.Struct, frozen=True):
    """The full name of an interface."""

    interface: str


class InterfaceDescription(msgspec.Struct, frozen=True):
    """The text of an interface."""

    description: str


def service_interface(product: str, interfaces: Mapping[str, Interface]) -> Interface:
    """Declare the interface for a service; `interfaces` may be added to later."""

    def get_info() -> Info:
        """Get name and version of the service, and the names of its interfaces."""
        return Info(
            vendor="tradestack",
            product=product,
            version=VERSION,
            url="",
            interfaces=sorted(interfaces),
        )

    def get_interface_description(parameters: InterfaceName) -> InterfaceDescription:
        """Get the text of one interface."""
        described = interfaces.get(parameters.interface)
        if described is None:
            raise service_error(InterfaceNotFound(parameters.interface))
        return InterfaceDescription(described.text)

    return Interface(
        SERVICE_INTERFACE,
        "What every Varlink service answers about itself.",
        [Method.of(get_info), Method.of(get_interface_description)],
        SERVICE_ERRORS,
    )
