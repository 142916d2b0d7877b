#!/usr/bin/env python3
"""Prints molt's figures for this machine as one table: figure, measured, aim, how.

usage: bench/run.py [NAME...]    names: download memory boot-size boot-cost

Needs the packages of tools/packages.txt (tools/install_packages.sh test) and builds what it measures.
Times are ratios taken in one run; the rest are counts, which do not depend on the machine's load.
"""
import pathlib
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "release"
PAIRS = 15
IMAGE_LEN = 1 << 20

# A device with little memory: what `memory` is measured with.
SMALL = {
    "CONFIG_MOLT_HTTP_CLIENTS": 1,
    "CONFIG_MOLT_HTTP_BUFFER_MAX": 1024,
    "CONFIG_MOLT_HTTP_URL_MAX": 512,
    "CONFIG_MOLT_HTTP_HEADERS_MAX": 512,
    "CONFIG_MOLT_OTA_BUFFER_MAX": 1024,
    "CONFIG_MOLT_OTA_HANDLES": 1,
    "CONFIG_MOLT_HTTP_KEPT_MAX": 768,
    "CONFIG_MOLT_HTTP_LOGIN_MAX": 32,
    "CONFIG_MOLT_LOG_TAGS": 4,
    "CONFIG_MOLT_PARTITIONS_MAX": 8,
    "CONFIG_MOLT_EXTERNAL_PARTITIONS": 1,
    "CONFIG_ESP_HTTPS_OTA_ALLOW_HTTP": 1,
}


def run(*command, **more):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, **more)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}exit code {done.returncode}")
    return done.stdout


def build(folder, *options):
    run("cmake", "-S", ROOT, "-B", folder, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=MinSizeRel",
        "-DMOLT_BENCH=ON", *options)
    run("cmake", "--build", folder)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Nginx:
    """nginx with TLS on a free loopback port, serving `folder`."""

    def __init__(self, folder):
        folder.chmod(0o755)  # nginx's workers are another user
        self.folder, self.port, self.plain = folder, free_port(), free_port()
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
            "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
            "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", folder / "key.pem",
            "-out", folder / "ca.pem")
        (folder / "nginx.conf").write_text(
            f"daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;\n"
            "events {}\n"
            f"http {{ access_log off; root {folder}; sendfile on;\n"
            f"  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2;\n"
            f"  fastcgi_temp_path {folder}/t3; uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;\n"
            f"  server {{ listen 127.0.0.1:{self.port} ssl; listen 127.0.0.1:{self.plain};\n"
            f"    ssl_certificate {folder}/ca.pem; ssl_certificate_key {folder}/key.pem; }} }}\n")

    def __enter__(self):
        self.process = subprocess.Popen(["nginx", "-p", self.folder, "-c", self.folder / "nginx.conf"],
                                        stderr=subprocess.DEVNULL)
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                time.sleep(0.05)
        sys.exit("nginx did not start")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def make_image(molt, work, version, length):
    """work/vVERSION.bin, a little less than `length`."""
    with open(molt, "rb") as elf:  # it begins like an executable, which is all that is looked at
        start = elf.read(4096)
    (work / "app").write_bytes(start + bytes(b * 2654435761 >> 24 & 255 for b in range(length - 8192)))
    run(molt, "image", "create", "--app", work / "app", "--chip", "linux", "--project-name", "bench",
        "--version", version, work / f"v{version}.bin")


def seconds(*command):
    start = time.perf_counter()
    run(*command)
    return time.perf_counter() - start


def download():
    """Wall time of `molt device upgrade` against `curl -o`, 1 MiB over HTTPS, whole processes."""
    molt = BUILD / "cli" / "molt"
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        (work / "table.csv").write_text("otadata,data,ota,0xd000,0x2000\n"
                                        "ota_0,app,ota_0,0x10000,0x180000\nota_1,app,ota_1,,0x180000\n")
        make_image(molt, work, "1", 16384)  # what runs is not what is measured
        make_image(molt, work, "2", IMAGE_LEN)
        run(molt, "flash", "create", "--size", "4MB", "--partition-table", work / "table.csv",
            "--write", f"ota_0={work}/v1.bin", work / "fresh.flash")
        ratios = []
        with Nginx(work) as server:
            url = f"https://localhost:{server.port}/v2.bin"
            for _ in range(PAIRS):
                shutil.copyfile(work / "fresh.flash", work / "device.flash")
                ours = seconds(molt, "device", "upgrade", work / "device.flash", "--url", url,
                               "--ca", work / "ca.pem")
                curl = seconds("curl", "-sS", "--cacert", work / "ca.pem", "-o", work / "got", url)
                ratios.append(ours / curl)
    low, middle, high = min(ratios), statistics.median(ratios), max(ratios)
    yield ("1 MiB over HTTPS into the file flash, time / curl -o",
           f"{middle:.2f} ({low:.2f} .. {high:.2f})", "<= 1.5", f"median of {PAIRS} pairs")


def figures(*command):
    return {name: int(value) for name, value in map(str.split, run(*command).splitlines())}


def memory():
    """Bytes that a download without TLS takes, with the pools of a small device."""
    folder = ROOT / "build" / "bench-small"
    build(folder, "-DBUILD_TESTING=OFF",
          "-DCMAKE_C_FLAGS=" + " ".join(f"-D{k}={v}" for k, v in SMALL.items()))
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        make_image(folder / "cli" / "molt", work, "2", IMAGE_LEN)
        with Nginx(work) as server:
            measure = folder / "bench" / "download_memory"
            plain = figures(measure, f"http://localhost:{server.plain}/v2.bin")
            tls = figures(measure, f"https://localhost:{server.port}/v2.bin", work / "ca.pem")
    state = plain["device"] - plain["tls"]
    yield ("download without TLS: heap + stack, bytes", f"{plain['heap'] + plain['stack']:,}", "<= 12,288",
           f"heap {plain['heap']:,}, stack {plain['stack']:,}; names resolved elsewhere")
    yield ("the same with the device's pools", f"{state + plain['heap'] + plain['stack']:,}", "<= 12,288",
           f"struct molt_device {state:,} with small pools, on 64 bits")
    yield ("what TLS adds, bytes", f"{plain['tls'] + tls['heap'] + tls['stack'] - plain['stack']:,}", "-",
           f"contexts {plain['tls']:,}, heap {tls['heap']:,}, stack {tls['stack'] - plain['stack']:,}; "
           "two record buffers of 16 KiB are most of it")


def boot_size():
    """Bytes of the bootloader's core for rv32imc."""
    for line in run(ROOT / "bench" / "boot_size.sh").splitlines():
        found = re.match(r"(\S.*?)\s{2,}(\d+) bytes \(at most (\d+)\)", line)
        if found:
            yield (f"rv32imc -Os, {found[1]}, bytes", f"{int(found[2]):,}", f"<= {int(found[3]):,}",
                   "without hash and libc")


def instructions(*command):
    done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
                           *map(str, command)], capture_output=True, text=True)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not found:
        sys.exit(f"callgrind: {done.stderr}")
    return int(found[1])


def boot_cost():
    """Instructions per byte of a boot with a 1 MiB image against bare SHA-256 over it."""
    program = BUILD / "bench" / "verify_cost"
    per_byte = {mode: (instructions(program, mode, 2) - instructions(program, mode, 1)) / IMAGE_LEN
                for mode in ("boot", "hash")}
    yield ("boot decision + verification, instructions / bare SHA-256",
           f"{per_byte['boot'] / per_byte['hash']:.3f}", "<= 1.1",
           f"{per_byte['boot']:.1f} and {per_byte['hash']:.1f} instructions per byte")


BENCHES = {"download": download, "memory": memory, "boot-size": boot_size, "boot-cost": boot_cost}


def main():
    names = sys.argv[1:] or list(BENCHES)
    for name in names:
        if name not in BENCHES:
            sys.exit(f"no figure '{name}'; there are: {' '.join(BENCHES)}")
    build(BUILD)
    rows = [("figure", "measured", "aim", "how")]
    for name in names:
        rows.extend(BENCHES[name]())
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


main()
