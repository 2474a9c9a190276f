"""Runs beside a proxy: makes the requests that it is told to make, each over a connection of its own, and waits for a cluster in its Envoy."""
import http.client
import json
import re
import socket
import sys
import time
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ADMIN = "http://127.0.0.1:15000"


def refusals(host, port):
    """How often this proxy's Envoy has refused a server of the host for its name, and for its root."""
    cluster = re.escape(f"outbound|{port}||{host}")
    query = urllib.parse.urlencode({"filter": f"{cluster}.*fail_verify_(san|error)"})
    with urllib.request.urlopen(f"{ADMIN}/stats?{query}", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    counted = {"san": 0, "error": 0}
    for line in lines:
        name, _, value = line.rpartition(": ")
        counted[name.rpartition("fail_verify_")[2]] += int(value)
    return counted


def ask(host, port, path, count, seconds):
    """What became of each request, and what Envoy refused meanwhile. Two that wait in vain are enough."""
    before = refusals(host, port)
    met = requests(host, port, path, count, seconds)
    after = refusals(host, port)
    return {"met": met, "refused": {why: after[why] - before[why] for why in after}}


def requests(host, port, path, count, seconds):
    """The status and body of each, or what the connection met."""
    met = []
    for number in range(count):
        connection = http.client.HTTPConnection(host, port, timeout=seconds)
        try:
            connection.request("GET", f"{path}-{number}", headers={"connection": "close"})
            answer = connection.getresponse()
            met.append({"status": answer.status, "body": answer.read(20_000).decode("utf8", "replace"), "trouble": ""})
        except socket.gaierror:
            met.append({"status": 0, "body": "", "trouble": "unresolved"})
        except TimeoutError:
            met.append({"status": 0, "body": "", "trouble": "timeout"})
        except (OSError, http.client.HTTPException) as error:
            met.append({"status": 0, "body": "", "trouble": type(error).__name__})
        finally:
            connection.close()
        if sum(each["trouble"] == "timeout" for each in met) == 2:
            break
    return met


def holds(cluster, seconds):
    """Whether this proxy's Envoy has the cluster by then."""
    query = urllib.parse.urlencode({"resource": "dynamic_active_clusters", "name_regex": re.escape(cluster)})
    end = time.monotonic() + seconds
    while True:
        with urllib.request.urlopen(f"{ADMIN}/config_dump?{query}", timeout=10) as answer:
            if "configs" in json.load(answer):
                return True
        if time.monotonic() > end:
            return False
        time.sleep(0.1)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        told = json.loads(self.rfile.read(int(self.headers["content-length"])))
        text = json.dumps({"/ask": ask, "/holds": holds}[self.path](**told)).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format, *args):
        pass


ThreadingHTTPServer.daemon_threads = True
ThreadingHTTPServer(("0.0.0.0", int(sys.argv[1])), Handler).serve_forever()
