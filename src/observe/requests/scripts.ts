// The programs with which a request is made in somebody else's container, and what each of them is told. Sends nothing itself.

/** In the order of preference: what tells most comes first. */
export const programs = ["python3", "python", "bash", "curl", "wget"] as const;
export type Program = (typeof programs)[number];

export interface Target {
  readonly host: string;
  readonly port: number;
  /** "tcp": a connection is opened and held, nothing is sent. */
  readonly speaks: "http" | "tcp";
}

export interface Limits {
  /** For an answer to an HTTP request. */
  readonly answerMs: number;
  /**
   * How long a TCP connection has to stay open: a client's own proxy accepts every connection, and closes it when it has not
   * reached the other side. Envoy gives that ten seconds (Istio 1.20 and 1.28, mesh configuration, connectTimeout).
   */
  readonly heldMs: number;
  /** Of an answer this much is looked at. */
  readonly bytes: number;
}

export const usualLimits: Limits = { answerMs: 15_000, heldMs: 12_000, bytes: 1_200 };

/**
 * A command that sends `times` requests side by side, each over a connection of its own. They print side by
 * side too, so each line begins with "@@MARK NUMBER " of its request: the raw answer of HTTP, or for TCP one of "open", "closed"
 * and "failed: …". null: the program cannot.
 */
export function requestCommand(
  program: Program,
  target: Target,
  times: number,
  mark: string,
  limits: Limits,
): readonly string[] | null {
  const values = [target.host, String(target.port), target.speaks, String(times), mark];
  const seconds = (ms: number): string => String(Math.ceil(ms / 1000));
  const limited = [...values, seconds(limits.answerMs), seconds(limits.heldMs), String(limits.bytes)];
  switch (program) {
    case "python3":
    case "python":
      return [program, "-c", python, ...limited];
    case "bash":
      return ["bash", "-c", bash, "bash", ...limited];
    case "curl":
      return ["sh", "-c", target.speaks === "http" ? curlHttp : curlTcp, "sh", ...limited];
    case "wget":
      return target.speaks === "http" ? ["sh", "-c", wgetHttp, "sh", ...limited] : null;
  }
}

const python = `
import os, socket, sys, threading
host, port, speaks, times, mark, answer, held, size = sys.argv[1:]
def ask(n):
    said = ""
    try:
        s = socket.create_connection((host, int(port)), float(answer))
        if speaks == "http":
            s.sendall(("GET / HTTP/1.1\\r\\nHost: %s:%s\\r\\nUser-Agent: meshferry\\r\\nAccept: */*\\r\\nConnection: close\\r\\n\\r\\n" % (host, port)).encode())
            got = b""
            while len(got) < int(size):
                some = s.recv(4096)
                if not some: break
                got += some
            said = got[:int(size)].decode("latin-1")
        else:
            s.settimeout(float(held))
            try:
                said = "open" if s.recv(1) else "closed"
            except socket.timeout:
                said = "open"
        s.close()
    except Exception as e:
        said = "failed: %s" % e
    lines = "".join("@@%s %d %s\\n" % (mark, n, line) for line in (said.split("\\n") or [""]))
    os.write(1, lines.encode("utf-8", "replace"))
threads = [threading.Thread(target=ask, args=(n,)) for n in range(int(times))]
for t in threads: t.start()
for t in threads: t.join()
`.trim();

/** Bash opens connections itself, and needs no other program; a line is read at a time, so that an answer that never ends is cut off. */
const bash = `
host=$1 port=$2 speaks=$3 times=$4 mark=$5 answer=$6 held=$7 size=$8
ask() {
  local said="" line x
  if { exec 3<>"/dev/tcp/$host/$port"; } 2>/dev/null; then
    if [ "$speaks" = http ]; then
      printf 'GET / HTTP/1.1\\r\\nHost: %s:%s\\r\\nUser-Agent: meshferry\\r\\nAccept: */*\\r\\nConnection: close\\r\\n\\r\\n' "$host" "$port" >&3
      while [ \${#said} -lt "$size" ] && IFS= read -r -t "$answer" -u 3 line; do said="$said$line"$'\\n'; done
      said="$said$line"
    else
      if IFS= read -r -t "$held" -n 1 -u 3 x; then said=open
      elif [ $? -gt 128 ]; then said=open
      else said=closed; fi
    fi
    exec 3>&-
  else said="failed: no connection"; fi
  while IFS= read -r line; do printf '@@%s %s %s\\n' "$mark" "$1" "$line"; done <<<"\${said:0:$size}"
}
for ((i = 0; i < times; i++)); do ask "$i" & done
wait
`.trim();

const curlHttp = `
host=$1 port=$2 times=$4 mark=$5 answer=$6 size=$8
ask() {
  said=$(curl -sSi --max-time "$answer" -A meshferry "http://$host:$port/" 2>&1 | head -c "$size")
  case "$said" in HTTP/*) ;; *) said="failed: $said" ;; esac
  printf '%s\\n' "$said" | while IFS= read -r line; do printf '@@%s %s %s\\n' "$mark" "$1" "$line"; done
}
i=0; while [ "$i" -lt "$times" ]; do ask "$i" & i=$((i + 1)); done; wait
`.trim();

/** curl's exit code 28 is its own time limit: the connection was still open. */
const curlTcp = `
host=$1 port=$2 times=$4 mark=$5 held=$7
ask() {
  sleep $((held + 2)) | curl -s --max-time "$held" "telnet://$host:$port" >/dev/null 2>&1
  code=$?
  case "$code" in 28) said=open ;; 0 | 56) said=closed ;; *) said="failed: curl exit code $code" ;; esac
  printf '%s\\n' "$said" | while IFS= read -r line; do printf '@@%s %s %s\\n' "$mark" "$1" "$line"; done
}
i=0; while [ "$i" -lt "$times" ]; do ask "$i" & i=$((i + 1)); done; wait
`.trim();

/** Both wgets (GNU's and busybox') print headers with -S, indented and on stderr; a body only with a status below 400. */
const wgetHttp = `
host=$1 port=$2 times=$4 mark=$5 answer=$6 size=$8
ask() {
  said=$(wget -S -O - -T "$answer" -t 1 -U meshferry "http://$host:$port/" 2>&1 | head -c "$size")
  case "$said" in *HTTP/*) ;; *) said="failed: $said" ;; esac
  printf '%s\\n' "$said" | while IFS= read -r line; do printf '@@%s %s %s\\n' "$mark" "$1" "$line"; done
}
i=0; while [ "$i" -lt "$times" ]; do ask "$i" & i=$((i + 1)); done; wait
`.trim();

/** Prints the names of those that are there. */
export const findPrograms: readonly string[] = [
  "sh",
  "-c",
  `for p in ${programs.join(" ")}; do command -v "$p" >/dev/null 2>&1 && echo "$p"; done; true`,
];

/** Where there is no shell: programs that need none, each with what shows that it is there. */
export const withoutShell: readonly { readonly program: Program; readonly command: readonly string[] }[] = [
  { program: "python3", command: ["python3", "-c", ""] },
  { program: "python", command: ["python", "-c", ""] },
  { program: "bash", command: ["bash", "-c", ":"] },
];
