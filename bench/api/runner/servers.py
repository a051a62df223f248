"""The servers that are measured, each started once and idle while another is measured."""

import json
import os
import pathlib
import socket
import subprocess
import time
import urllib.request

import processes

HERE = pathlib.Path(__file__).resolve().parent
JSON = {"Content-Type": "application/json", "Accept": "application/json"}
# Of each server to the database.
DATABASE_CONNECTIONS = 8


class Server:
    """Answers POST on a free port of the loopback address until the end of the `with`."""

    has_database = True

    def __init__(self, name, folder):
        self.name = name
        self.log = folder / f"{name}.log"
        self.headers = dict(JSON)
        self.process = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/graphql"

    def command(self):
        raise NotImplementedError

    def environment(self):
        return {}

    def __enter__(self):
        with open(self.log, "wb") as log:
            environment = {**os.environ, **self.environment()}
            self.process = subprocess.Popen(self.command(), stdout=log, stderr=log, env=environment, cwd=self.log.parent)
        for _ in range(600):
            if self.process.poll() is not None:
                break
            try:
                self.ask({"query": "{__typename}"})
                return self
            except OSError:
                time.sleep(0.1)
        self.__exit__()
        raise SystemExit(f"{self.name} does not start; {self.log} says why")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def ask(self, request):
        """The answer to one request, as it stands."""
        asked = urllib.request.Request(self.url, json.dumps(request).encode(), self.headers)
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return answer.read()

    def data(self, request):
        told = json.loads(self.ask(request))
        if told.get("errors"):
            raise SystemExit(f"{self.name} answers {json.dumps(told['errors'])[:2000]}\nto {json.dumps(request)}")
        return told["data"]

    def memory_bytes(self):
        return processes.memory_bytes(self.process.pid)


class Peerband(Server):
    """The product, with all its guards, asked with a key."""

    def __init__(self, name, folder, binary, database, key, settings=None):
        super().__init__(name, folder)
        self.binary, self.database, self.settings = binary, database, settings or {}
        self.headers["Authorization"] = f"Bearer {key}"

    def command(self):
        folders = ["--data-dir", self.database.kept / "data", "--config", self.database.config]
        return [self.binary, *folders, "serve", "--listen", f"127.0.0.1:{self.port}"]

    def environment(self):
        return {
            # For reading; one more looks up what has changed, and those for writing rest.
            "PEERBAND_DATABASE_CONNECTIONS": str(DATABASE_CONNECTIONS - 1),
            # A night that falls into the run would publish what the peers' requests do not name.
            "PEERBAND_SCHEDULE_ENABLED": "false",
            **self.settings,
        }


class Seaography(Server):
    def __init__(self, folder, binary, database):
        super().__init__("Seaography", folder)
        self.binary, self.database = binary, database

    def command(self):
        return [self.binary, self.database.url, f"127.0.0.1:{self.port}", str(DATABASE_CONNECTIONS)]


class PostGraphile(Server):
    def __init__(self, folder, package, database):
        super().__init__("PostGraphile", folder)
        self.package, self.database = package, database

    def command(self):
        numbers = [str(self.port), str(DATABASE_CONNECTIONS), str(os.cpu_count())]
        return [self.package / "node_modules/.bin/node", self.package / "server.mjs", self.database.url, *numbers]

    def environment(self):
        return {"NODE_ENV": "production", "GRAPHILE_ENV": "production"}


class Constant(Server):
    has_database = False

    def __init__(self, query, folder, binary, body):
        super().__init__(f"axum-{query}", folder)
        self.binary, self.body = binary, folder / f"constant-{query}.json"
        self.body.write_bytes(body)

    def command(self):
        return [self.binary, self.body, f"127.0.0.1:{self.port}"]
