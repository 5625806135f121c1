"""Jac's own server for one program: `jac serve` (0.9) or `jac start` (later) on a free port, until our input closes."""

import contextlib
import ctypes
import signal
import socket
import subprocess
import sys
import threading


def main():
    """Arguments: the program's file."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    verb = "serve" if sys.version_info < (3, 12) else "start"
    command = [sys.executable, "-m", "jaclang", verb, sys.argv[1], "-p", str(port)]
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, preexec_fn=die_with_us)
    threading.Thread(target=tell_when_ready, args=(server, port), daemon=True).start()
    sys.stdin.read()
    server.terminate()
    server.wait()


def die_with_us():
    """Nobody else would end it, were this process killed."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def tell_when_ready(server, port):
    """The first start takes half a minute: Jac compiles itself."""
    waiting = threading.Event()
    while server.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            print(f"http://127.0.0.1:{port}", flush=True)
            return
        waiting.wait(0.1)
    sys.stdin.close()


if __name__ == "__main__":
    main()
