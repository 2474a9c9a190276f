"""Answers HTTP on port 8080 with who it is and who asked: /delay/SECONDS answers late, /status/CODE with that code."""
import base64
import json
import os
import re
import signal
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ACCOUNT_FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount"
LONGEST_SHUTDOWN = 25
# Whoever has not heard yet that the pod goes still comes; the pod's proxy stays for 5 s (Istio, terminationDrainDuration).
STILL_OPEN = 6


def read_account(folder):
    """Namespace and name of the pod's account, which its token carries; empty where it has no token."""
    try:
        with open(os.path.join(folder, "token"), encoding="ascii") as token:
            part = token.read().split(".")[1]
        subject = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))["sub"]
        return subject.split(":")[2:4]
    except (OSError, LookupError, ValueError):
        return ["", ""]


def version_of(pod):
    """Deployments that share a Service are named NAME, NAME-v2, …; what follows are the ReplicaSet's and the pod's own parts."""
    found = re.search(r"-(v\d+)-[a-z0-9]+-[a-z0-9]+$", pod)
    return os.environ.get("VERSION") or (found.group(1) if found else "v1")


def hops_of(forwarded):
    """The identities in x-forwarded-client-cert, first hop first: each proxy on the way adds the one that it saw."""
    return re.findall(r"(?:^|[;,])URI=([^;,]+)", forwarded)


POD = socket.gethostname()
NAMESPACE, ACCOUNT = read_account(ACCOUNT_FOLDER)
ABOUT = {"pod": POD, "namespace": NAMESPACE, "account": ACCOUNT, "version": version_of(POD)}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # One write for each answer: otherwise Nagle's algorithm and delayed acknowledgements cost 40 ms.
    wbufsize = -1
    disable_nagle_algorithm = True

    def answer(self):
        with self.server.under_way:
            self.server.busy += 1
        try:
            length = int(self.headers.get("content-length") or 0)
            body = self.rfile.read(length)
            parts = self.path.split("?")[0].split("/")
            status = 200
            if parts[1] == "delay":
                time.sleep(float(parts[2]))
            if parts[1] == "status":
                status = int(parts[2])
            hops = hops_of(", ".join(self.headers.get_all("x-forwarded-client-cert") or []))
            told = {**ABOUT, "caller": hops[-1] if hops else "", "hops": hops, "path": self.path, "body": len(body)}
            told["headers"] = {name.lower(): value for name, value in self.headers.items()}
            text = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(text)))
            if self.server.closing:
                self.send_header("connection", "close")
            self.end_headers()
            self.wfile.write(text)
            self.wfile.flush()
        finally:
            with self.server.under_way:
                self.server.busy -= 1
                self.server.under_way.notify_all()

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = answer

    def log_message(self, format, *args):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    busy = 0
    closing = False
    under_way = threading.Condition()

    def end(self, *_):
        """Goes on answering for a while, then what is under way; connections that are only kept alive are not waited for."""
        self.closing = True
        threading.Thread(target=self.drain).start()

    def drain(self):
        time.sleep(STILL_OPEN)
        with self.under_way:
            self.under_way.wait_for(lambda: self.busy == 0, timeout=LONGEST_SHUTDOWN)
        self.shutdown()


if __name__ == "__main__":
    server = Server(("0.0.0.0", int(sys.argv[1]) if len(sys.argv) > 1 else 8080), Handler)
    # The first process of a container gets no signal that it has no handler for.
    signal.signal(signal.SIGTERM, server.end)
    server.serve_forever(poll_interval=0.1)
