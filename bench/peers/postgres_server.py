"""A throwaway PostgreSQL on a socket in a folder of its own. It does not run as root, so that it is started as nobody."""

import os
import pathlib
import pwd
import shutil
import subprocess
import time

USER = "nobody"
SETTINGS = {
    # What a careful person would set for a nightly job on a small machine.
    "shared_buffers": "1GB",
    "work_mem": "256MB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "16GB",
    "checkpoint_timeout": "1h",
    "synchronous_commit": "off",
    "jit": "off",
    "listen_addresses": "''",
}


class Server:
    """Made empty where its folder is not there yet; stopped at the end of the `with`."""

    def __init__(self, folder):
        # The socket's path must be short, and the user must be able to walk to it.
        name = "-".join(pathlib.Path(folder).parts[-2:])
        self.folder = pathlib.Path("/var/tmp") / f"peerband-bench-{name}"
        self.data = self.folder / "data"
        self.process = None

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        if not self.data.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            shutil.chown(self.folder, *self._owner())
            self._run(["initdb", "--auth=trust", "--username=bench", "--no-sync", "-D", str(self.data)])
        settings = [f"-c{name}={value.strip(chr(39))}" for name, value in SETTINGS.items()]
        command = ["postgres", "-D", str(self.data), "-k", str(self.folder), *settings]
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen([*self._as_user(), *command], stdout=log, stderr=log, cwd=self.folder)
        for _ in range(300):
            if subprocess.run(["pg_isready", "-q", "-h", self.folder], check=False).returncode == 0:
                return self
            time.sleep(0.1)
        raise SystemExit(f"PostgreSQL does not start; {self.folder}/log says why")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def psql(self, command):
        """Runs SQL and tells how many seconds it took."""
        started = time.monotonic()
        subprocess.run(self.psql_command(command), check=True)
        return time.monotonic() - started

    def psql_command(self, command):
        options = ["-q", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-U", "bench", "-d", "postgres"]
        return ["psql", *options, "-c", command]

    def _owner(self):
        if os.geteuid() != 0:
            return os.geteuid(), os.getegid()
        nobody = pwd.getpwnam(USER)
        return nobody.pw_uid, nobody.pw_gid

    def _as_user(self):
        if os.geteuid() != 0:
            return []
        user, group = self._owner()
        return ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups"]

    def _run(self, command):
        subprocess.run([*self._as_user(), *command], check=True, stdout=subprocess.DEVNULL, cwd=self.folder)
