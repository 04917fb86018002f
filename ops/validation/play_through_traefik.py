"""The test environment on this machine, behind a real Traefik with the environment's own routes: players over
WebSocket through it, over QUIC beside it, and over QUIC through its UDP routes.

    python3 play_through_traefik.py BINARY TRAEFIK RENDERED.yaml QUIC_BY_TRAEFIK.yaml FOLDER SECRETS.json
"""

import http.client
import json
import pathlib
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request

import web_socket_player
from local_pods import LocalPods
from manifests import load, of_kind
from traefik_file import dynamic

SERVICES = ("auth", "player", "inventory", "chat", "analytics", "assets")
# Traefik stands at another address of this machine than the edges, so that one may have the other's ports.
GATEWAY = "127.0.0.2"
HTTP_PORT, TLS_PORT, API_PORT = 31080, 31081, 31082
PLAYERS, SECONDS = 8, 4
# Far more than an address may send at once, however slow this machine is.
REQUESTS_MAX = 2000


def main():
    binary, traefik, rendered, by_traefik, folder, secrets_file = sys.argv[1:]
    folder = pathlib.Path(folder)
    secrets = json.loads(pathlib.Path(secrets_file).read_text())
    secrets = {name: {k: bytes.fromhex(v) for k, v in it.items()} for name, it in secrets.items()}
    pods = LocalPods(load(rendered), binary, folder / "pods", secrets, lambda name, to: issue(folder, name, to))
    router = None
    try:
        begin(pods)
        routes = load(rendered) + of_kind(load(by_traefik), "IngressRouteUDP")
        router = start_traefik(traefik, folder, routes, pods)
        check_routes()
        check_allowances()
        check_players(binary, pods)
    finally:
        if router:
            router.terminate()
            router.wait(20)
        late = pods.stop()
    if late:
        raise SystemExit(f"not stopped within the time of their manifests: {late}")
    ended = {it.name: it.process.returncode for it in pods.running if it.process.returncode != 0}
    if ended:
        raise SystemExit(f"ended badly: {ended}")
    print(f"{len(pods.running)} pods of the manifests ran and stopped")


def begin(pods):
    """In the order of ops/k8s/apply."""
    for local in pods.of_role("migrate"):
        pods.run_to_end(local)
    for roles in (("shard",), SERVICES, ("edge",), ("admin",)):
        for local in pods.of_role(*roles):
            pods.start(local)
        pods.wait_until_ready(*roles)
    restarts = sum(it.restarts for it in pods.running)
    print(f"every pod is ready by its own probe, after {restarts} restarts")


def issue(folder, name, target):
    """As cert-manager would: a key for this name alone, PKCS#8, for both sides of a handshake."""
    subprocess.run(["ops/validation/issue_certificate", folder / "authority", name, target], check=True)


def start_traefik(traefik, folder, routes, pods):
    text, count = dynamic(routes, pods)
    (folder / "dynamic.json").write_text(text)
    # The file provider knows YAML, which JSON is.
    (folder / "dynamic.json").rename(folder / "dynamic.yml")
    entries = [f"--entrypoints.web.address={GATEWAY}:{HTTP_PORT}", f"--entrypoints.websecure.address={GATEWAY}:{TLS_PORT}"]
    for route in of_kind(routes, "IngressRouteUDP"):
        name = route["spec"]["entryPoints"][0]
        entries.append(f"--entrypoints.{name}.address={GATEWAY}:31{name.removeprefix('quic-')}/udp")
        entries.append(f"--entrypoints.{name}.udp.timeout=30s")
    command = [traefik, *entries, f"--providers.file.filename={folder}/dynamic.yml", "--providers.file.watch=false"]
    command += ["--api.insecure=true", f"--entrypoints.traefik.address={GATEWAY}:{API_PORT}", "--log.level=WARN"]
    command += ["--global.checknewversion=false", "--global.sendanonymoususage=false"]
    with (folder / "traefik.log").open("wb") as log:
        router = subprocess.Popen(command, stdout=log, stderr=log)
    found = wait_for_routes(router, count)
    bad = [it for it in found if it["status"] != "enabled"]
    if bad or len(found) != count:
        router.terminate()
        raise SystemExit(f"of {count} routes Traefik takes {len(found)}, not {bad}: {(folder / 'traefik.log').read_text()}")
    print(f"Traefik takes all {count} routes")
    return router


def wait_for_routes(router, count):
    """All that it has, once it has so many, or until time is up."""
    until = time.monotonic() + 20
    found = []
    while len(found) < count and router.poll() is None and time.monotonic() < until:
        time.sleep(0.1)
        try:
            found = [it for it in api("http/routers") + api("udp/routers") if it["provider"] == "file"]
        except OSError:
            continue
    return found


def api(path):
    with urllib.request.urlopen(f"http://{GATEWAY}:{API_PORT}/api/{path}?per_page=1000", timeout=5) as answer:
        return json.load(answer)


def get(path, host=GATEWAY):
    """By TLS, as a browser would but for Traefik's certificate, which nobody vouches for here."""
    request = urllib.request.Request(f"https://{GATEWAY}:{TLS_PORT}{path}", headers={"Host": host})
    try:
        with urllib.request.urlopen(request, timeout=10, context=ssl._create_unverified_context()) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def check_routes():
    """Each goes where it should, and nowhere else."""
    status, headers, page = get("/")
    assert status == 200 and b"<html" in page.lower(), f"no page: {status}"
    assert "strict-transport-security" in headers, "the headers' middleware is not in force"
    status, _, keys = get("/api/auth/.well-known/jwks.json")
    assert status == 200 and json.loads(keys)["keys"], f"auth is not behind /api/auth: {status}"
    for service in ("player", "inventory", "chat", "analytics"):
        status, headers, _ = get(f"/api/{service}/no-such-path")
        problem = headers.get("content-type", "")
        assert status in (401, 404) and "problem+json" in problem, f"{service}: {status} {problem}"
    status, headers, _ = get("/api/admin/me")
    assert status == 401 and "problem+json" in headers.get("content-type", ""), f"admin: {status}"
    status, _, panel = get("/admin/")
    assert status == 200 and panel != page and b"<html" in panel.lower(), f"no panel for staff: {status}"
    # What is the operator's is not the public's: the page answers for what it does not know.
    for path in ("/metrics", "/readyz", "/openapi.json"):
        assert b"voxelheim_" not in get(path)[2] and b'"openapi"' not in get(path)[2], f"{path} is public"
    status, _, found = get("/connect.json", host="edge-101.test.voxelheim.example")
    assert status == 200, status
    found = json.loads(found)
    assert found["webtransport_url"].startswith("https://edge-101.test.voxelheim.example:311"), found
    assert found["websocket_url"] == "wss://edge-101.test.voxelheim.example/ws", found
    print("each address is answered by whom the routes say")


def check_allowances():
    """Each address has its own, though all come by Traefik: one that has spent it takes nothing from another."""
    answers = (spend("127.0.0.3") for _ in range(REQUESTS_MAX))
    assert 429 in answers, "nobody is ever refused"
    other = spend("127.0.0.4")
    assert other == 200, f"one address's requests are counted for another: {other}"
    print("each address behind Traefik has an allowance of its own")


def spend(address):
    """One request from this address of this machine."""
    connection = http.client.HTTPConnection(GATEWAY, HTTP_PORT, timeout=10, source_address=(address, 0))
    try:
        connection.request("GET", "/api/auth/.well-known/jwks.json")
        return connection.getresponse().status
    finally:
        connection.close()


def check_players(binary, pods):
    host = f"{GATEWAY}:{HTTP_PORT}"
    counts = web_socket_player.play(GATEWAY, HTTP_PORT, host, SECONDS)
    assert counts.get("Welcome") == 1 and {"Snapshot", "Bricks", "Battle"} <= set(counts), counts
    print(f"a player over WebSocket through Traefik got {counts}")
    bots(binary, f"http://{host}")
    print(f"{PLAYERS} players over QUIC came in through Traefik's UDP routes")
    edges = pods.of_role("edge")
    bots(binary, *(f"http://{it.listens_at('http')}" for it in edges), auth=f"http://{host}/api/auth")
    print(f"{PLAYERS} guests with tickets came in over QUIC at {len(edges)} edges' own ports")


def bots(binary, *urls, auth=None):
    """All join, none is dropped."""
    command = [binary, "bots", "--count", str(PLAYERS), "--seconds", str(SECONDS), "--json"]
    for url in urls:
        command += ["--url", url]
    command += ["--auth", auth] if auth else []
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    report = json.loads(ran.stdout) if ran.returncode == 0 else {}
    if report.get("joined") != PLAYERS or report["dropped"] != 0:
        raise SystemExit(f"bots at {urls}: {ran.stderr}{ran.stdout}")


main()
