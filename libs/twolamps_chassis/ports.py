"""Where does a process listen? On a host and a port that settings name; where it cannot, the setting to change is told."""

import errno
import socket


class PortTaken(Exception):
    """A port that Twolamps needs cannot be listened on."""


def hold_port(who: str, host: str, port: int, host_setting: str, port_setting: str) -> socket.socket:
    """A socket that is bound to the port. Raises PortTaken, with the setting that leads elsewhere."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        what = f"{who} cannot listen on {host}:{port}: {error.strerror}."
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise PortTaken(f"{what} Another port can be set with {port_setting}.") from error
        raise PortTaken(f"{what} {host_setting} must be an address of this machine.") from error
    return listener
