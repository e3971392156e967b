"""A server that is about to start for some connections, and passes later ones on to a real one's socket."""

import contextlib
import socket
import struct
import sys
import threading

REFUSALS = 3
WORDS = b"SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0"


def main(real: str) -> None:
    """Serve for ever; the port is printed."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        sys.stdout.write(f"{listening.getsockname()[1]}\n")
        sys.stdout.flush()
        for _ in range(REFUSALS):
            client, _ = listening.accept()
            with client:
                client.recv(1024)
                client.sendall(b"E" + struct.pack("!i", 4 + len(WORDS)) + WORDS)
        while True:
            client, _ = listening.accept()
            server = socket.socket(socket.AF_UNIX)
            server.connect(real)
            for one, other in ((client, server), (server, client)):
                threading.Thread(target=copy, args=(one, other), daemon=True).start()


def copy(one: socket.socket, other: socket.socket) -> None:
    """Send what one socket gives to the other until it is closed."""
    with contextlib.suppress(OSError):
        while data := one.recv(65536):
            other.sendall(data)
        other.shutdown(socket.SHUT_RDWR)


if __name__ == "__main__":
    main(sys.argv[1])
