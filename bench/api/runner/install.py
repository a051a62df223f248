"""What the benchmark needs and nobody has to install by hand."""

import os
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent.parent
OHA = "1.16.0"


def peerband(target):
    print("building Peerband", flush=True)
    environment = {**os.environ, "CARGO_TARGET_DIR": str(target)}
    subprocess.run(["cargo", "build", "--release", "--locked", "--bin", "peerband"], cwd=ROOT, env=environment, check=True)
    return target / "release" / "peerband"


def servers(folder):
    """The folder of the servers that are built here."""
    print("building Seaography's server and axum's", flush=True)
    environment = {**os.environ, "CARGO_TARGET_DIR": str(folder / "target")}
    source = ROOT / "bench" / "api" / "servers"
    subprocess.run(["cargo", "build", "--release", "--locked"], cwd=source, env=environment, check=True)
    return folder / "target" / "release"


def oha(folder):
    binary = folder / "oha" / "bin" / "oha"
    told = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False) if binary.exists() else None
    if not told or told.stdout.split() != ["oha", OHA]:
        print("building oha", flush=True)
        environment = {**os.environ, "CARGO_TARGET_DIR": str(folder / "target")}
        command = ["cargo", "install", "oha", "--version", OHA, "--locked"]
        subprocess.run([*command, "--root", folder / "oha"], env=environment, check=True)
    return binary


def postgraphile(folder):
    """The folder of PostGraphile's server."""
    source, package = ROOT / "bench" / "api" / "postgraphile", folder / "postgraphile"
    package.mkdir(parents=True, exist_ok=True)
    lock = package / "package-lock.json"
    is_there = lock.exists() and lock.read_bytes() == (source / "package-lock.json").read_bytes()
    for name in ["package.json", "package-lock.json", "server.mjs"]:
        shutil.copy(source / name, package / name)
    if not (is_there and (package / "node_modules" / "postgraphile").exists()):
        print("installing PostGraphile", flush=True)
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=package, check=True)
    return package
