"""Runs in a pod and sends requests at fixed rates, each by an open schedule: a slow answer delays no other request.

argv: the JSON file with the clients, the folder for the raw log. Nothing is ever sent a second time.
"""
import asyncio
import concurrent.futures
import itertools
import json
import os
import socket
import sys
import time
import urllib.request

SETTINGS, FOLDER = sys.argv[1], sys.argv[2]
STOP = os.path.join(FOLDER, "stop")
SHORT_LIMIT, LONG_LIMIT = 5, 60
serial = itertools.count()


class Refused(Exception):
    """An answer that is not the wanted one."""


async def connect(client):
    # One family: the pods of the lab have no IPv6 address.
    return await asyncio.open_connection(client["host"], client["port"], family=socket.AF_INET)


def close(connection):
    connection[1].transport.abort() if connection[1].is_closing() else connection[1].close()


async def http(client, connection, keep):
    """One exchange; gives the server's word on who called, and whether the connection can be used again."""
    reader, writer = connection
    lines = [
        f"GET {client['path']} HTTP/1.1",
        f"Host: {client['host']}:{client['port']}",
        "User-Agent: load",
        f"Connection: {'keep-alive' if keep else 'close'}",
    ]
    if client["retries"] == "off":
        lines.append("x-load-retries: off")
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    status = head[0].split(" ", 2)[1]
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    if headers.get("transfer-encoding") == "chunked":
        body = b""
        while size := int((await reader.readline()).split(b";")[0], 16):
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readline()
    elif "content-length" in headers:
        body = await reader.readexactly(int(headers["content-length"]))
    else:
        body = await reader.read()
    if status != "200":
        raise Refused(f"{status} {body.decode('utf-8', 'replace')[:200]}".strip())
    return identity(body), headers.get("connection") != "close" and keep


def identity(body):
    """The URIs of the header in which the server's proxy names the caller; "" where the server shows no headers."""
    try:
        headers = json.loads(body)["headers"]
    except (ValueError, KeyError, TypeError):
        return ""
    named = next((value for name, value in headers.items() if name.lower() == "x-forwarded-client-cert"), "")
    named = named if isinstance(named, str) else ",".join(named)
    return " ".join(part[4:] for part in named.replace(",", ";").split(";") if part.startswith("URI="))


async def fresh_http(client):
    connection = await connect(client)
    try:
        return (await http(client, connection, False))[0]
    finally:
        close(connection)


async def kept_http(client):
    pool = client["pool"]
    while pool:
        connection = pool.pop()
        # The peer has closed it while it was idle: nothing was sent on it, so another connection is no retry.
        if not connection[0].at_eof() and not connection[1].is_closing():
            break
        close(connection)
    else:
        connection = await connect(client)
        client["connections"] += 1
    again = False
    try:
        who, again = await http(client, connection, True)
        return who
    finally:
        if again:
            pool.append(connection)
        else:
            close(connection)


async def tcp(client):
    reader, writer = await connect(client)
    try:
        sent = f"load {next(serial)}\n".encode()
        writer.write(sent)
        answer = await reader.readline()
        if answer == b"":
            raise Refused("closed without an answer")
        if sent.strip() not in answer:
            raise Refused(f"answer {answer[:60]!r}")
        return ""
    finally:
        close((reader, writer))


EXCHANGES = {"http-new": fresh_http, "http-kept": kept_http, "http-slow": fresh_http, "tcp": tcp}


async def once(index, client, log):
    begun, clock = time.time(), time.monotonic()
    client["started"] += 1
    record = {"c": index, "t": round(begun * 1000)}
    limit = LONG_LIMIT if client["kind"] == "http-slow" else SHORT_LIMIT
    try:
        who = await asyncio.wait_for(EXCHANGES[client["kind"]](client), limit)
        if who:
            record["i"] = who
        client["succeeded"] += 1
    except Exception as error:
        text = str(error) if isinstance(error, Refused) else f"{type(error).__name__} {error}".strip()
        record["e"] = f"no answer in {limit} s" if isinstance(error, asyncio.TimeoutError) else text[:240]
        client["failed"] += 1
    record["d"] = round((time.monotonic() - clock) * 1000)
    log.write(json.dumps(record, separators=(",", ":")) + "\n")


async def pace(index, client, log, tasks, stop):
    loop = asyncio.get_running_loop()
    due = loop.time() + index * 0.003
    while not stop.is_set():
        await asyncio.sleep(max(0, due - loop.time()))
        task = loop.create_task(once(index, client, log))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        # What was missed stays missed: a burst would hide the gap.
        due = max(due + 1 / client["perSecond"], loop.time() - 0.1)


def say(**line):
    print(json.dumps(line, separators=(",", ":")), flush=True)


async def proxy_is_ready():
    def ask():
        try:
            return urllib.request.urlopen("http://127.0.0.1:15021/healthz/ready", timeout=1).status == 200
        except OSError:
            return False

    while not await asyncio.to_thread(ask):
        await asyncio.sleep(0.05)


async def main():
    loop = asyncio.get_running_loop()
    # One thread for each name that is being resolved.
    loop.set_default_executor(concurrent.futures.ThreadPoolExecutor(64))
    with open(SETTINGS, encoding="utf-8") as file:
        clients = json.load(file)
    for client in clients:
        client.update(pool=[], connections=0, started=0, succeeded=0, failed=0)
    await proxy_is_ready()
    stop, tasks = asyncio.Event(), set()
    with open(os.path.join(FOLDER, "raw.jsonl"), "w", encoding="utf-8") as log:
        pacers = [loop.create_task(pace(index, client, log, tasks, stop)) for index, client in enumerate(clients)]
        before = [(0, 0, 0)] * len(clients)
        while not os.path.exists(STOP):
            for _ in range(10):
                await asyncio.sleep(0.1)
                if os.path.exists(STOP):
                    break
            now = [(client["started"], client["succeeded"], client["failed"]) for client in clients]
            say(second=[[n - b for n, b in zip(*pair)] for pair in zip(now, before)])
            before = now
        stop.set()
        await asyncio.gather(*pacers)
        while tasks:
            await asyncio.wait(set(tasks))
    say(ended=sum(client["started"] for client in clients))
    while True:
        await asyncio.sleep(3600)


asyncio.run(main())
