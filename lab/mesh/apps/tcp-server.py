"""Echoes each line with a word in front, for as long as the client stays: PORT WORD, as the sample server of Istio has them."""
import signal
import socketserver
import sys
import threading
import time

# Whoever has not heard yet that the pod goes still comes; the pod's proxy stays for 5 s (Istio, terminationDrainDuration).
STILL_OPEN = 6


class Handler(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self):
        try:
            for line in self.rfile:
                self.wfile.write(WORD + b" " + line)
        except ConnectionError:
            pass


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 256

    def end(self, *_):
        threading.Thread(target=self.close_late).start()

    def close_late(self):
        time.sleep(STILL_OPEN)
        self.shutdown()


if __name__ == "__main__":
    PORT = int(sys.argv[1]) if len(sys.argv) > 1 else 9000
    WORD = (sys.argv[2] if len(sys.argv) > 2 else "hello").encode()
    server = Server(("0.0.0.0", PORT), Handler)
    signal.signal(signal.SIGTERM, server.end)
    server.serve_forever(poll_interval=0.1)
