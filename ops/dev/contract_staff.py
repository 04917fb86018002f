"""Lets an admin with a second factor in at a server of this machine, and says how schemathesis asks as one.

    contract_staff.py appoint ADDRESS DATA BINARY
    contract_staff.py configure ADDRESS REFRESH_TOKEN

The first makes the admin and prints the refresh token. The second makes a guest and what either has, and prints a
configuration: the admin's token, and names of things that are there, which are put where a route asks for one seven
times in ten. Acts on accounts find the guest's: the admin would ban itself.
"""

import base64
import hashlib
import hmac
import json
import pathlib
import re
import subprocess
import sys
import time
import urllib.request

EMAIL = "boss@example.org"
PASSWORD = "a very tall watchtower"
MAIL_SECONDS_MAX = 30
HOUR_MS = 3_600_000
LIKELIHOOD = 0.7


def main():
    step, address, *others = sys.argv[1:]
    ask = asker(f"{address}/api")
    if step == "appoint":
        print(appointed(ask, *others))
        return
    [refresh] = others
    admin = ask("POST /auth/refresh", {"refresh_token": refresh})["access_token"]
    guest = ask("POST /auth/guests", {})["access_token"]
    print(configuration(admin, names(ask, admin, guest)))


def asker(url):
    def ask(call, form=None, access=""):
        method, path = call.split(" ")
        headers = {"content-type": "application/json", "authorization": f"Bearer {access}"}
        body = None if form is None else json.dumps(form).encode()
        request = urllib.request.Request(url + path, body, headers, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.loads(answer.read() or b"null")

    return ask


def appointed(ask, data, binary):
    """The refresh token of one who registered, was made an admin and confirmed a second factor."""
    ask("POST /auth/register", {"email": EMAIL, "password": PASSWORD})
    token = mailed_token(pathlib.Path(data, "mail"))
    tokens = ask("POST /auth/verify", {"token": token, "password": PASSWORD})
    subprocess.run([binary, "appoint", "--data", data, EMAIL, "admin"], check=True, stdout=subprocess.DEVNULL)
    secret = ask("POST /auth/second-factor", {"password": PASSWORD}, tokens["access_token"])["secret"]
    ask("POST /auth/second-factor/confirm", {"code": code_of(secret)}, tokens["access_token"])
    return ask("POST /auth/refresh", {"refresh_token": tokens["refresh_token"]})["refresh_token"]


def mailed_token(folder):
    end = time.monotonic() + MAIL_SECONDS_MAX
    while time.monotonic() < end:
        for file in folder.glob("[!.]*"):
            text = file.read_text()
            # A route that was asked before may have written to others.
            if EMAIL in text and (found := re.search(r"#verify=(\S+)", text)):
                return found[1]
        time.sleep(0.05)
    sys.exit(f"no mail came to {folder}")


def code_of(secret):
    """What an authenticator app shows now (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    tag = hmac.digest(key, int(time.time() // 30).to_bytes(8, "big"), hashlib.sha1)
    offset = tag[19] & 0xF
    number = int.from_bytes(tag[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def names(ask, admin, guest):
    """By where a route asks for it: what is there."""
    own, other = (ticket(ask, *it)["character_id"] for it in [(admin, "Boss"), (guest, "Visitor")])
    account = ask("GET /auth/account", access=guest)["account"]
    for character, access in [(own, admin), (other, guest)]:
        ask(f"GET /inventory/characters/{character}/belongings", access=access)
    craft = {"key": "boots", "recipe": "leather_boots", "times": 1}
    bag = ask(f"POST /inventory/characters/{own}/crafts", craft, admin)["belongings"]["bag"]
    [boots] = [lot["unique"] for lot in bag if lot["item"] == "leather_boots"]
    trade = ask(f"POST /inventory/characters/{own}/trades", {"with": other}, admin)["trade"]
    guild = ask(f"POST /player/characters/{own}/guild", {"name": "Watchers", "tag": "WTC"}, admin)["guild"]
    sanction = {"kind": "suspension", "reason": "Insults", "until_ms": now_ms() + HOUR_MS}
    sanction = ask(f"POST /auth/accounts/{account}/sanctions", sanction, admin)["sanction"]
    battle = {"title": "Siege", "note": "", "start_ms": now_ms() + HOUR_MS, "reason": "Friday"}
    ask("POST /admin/battles", battle, admin)
    battles = ask("GET /admin/battles", access=admin)["battles"]
    regions = ask("GET /admin/overview", access=admin)["regions"]
    return {
        "path.account": [account],
        "path.character": [own],
        "query.character": [other],
        "body.character": [other],
        "path.other": [other],
        "path.trade": [trade],
        "path.group": [guild],
        "body.guild": [guild],
        "path.sanction": [sanction],
        "body.kind": ["ban", "suspension"],
        "path.battle": [battle["battle"] for battle in battles],
        "path.region": [region["region"] for region in regions],
        "path.pod": ["0"],
        "body.to": ["0/0"],
        "path.channel": ["global", "house.0", "local"],
        "path.name": ["Visitor"],
        "path.board": ["kills", "level", "score"],
        "path.period": ["all", "week"],
        "query.query": ["Visitor", EMAIL],
        "query.state": ["open", "resolved"],
        "query.from_ms": [now_ms() - HOUR_MS],
        "query.to_ms": [now_ms()],
        "body.until_ms": [now_ms() + HOUR_MS],
        "body.item": ["bread", "oak_log", "leather_boots"],
        "body.unique": [boots],
        "body.recipe": ["oak_planks"],
        "body.slot": ["feet", "hand"],
    }


def ticket(ask, access, name):
    """Its first character comes into being with it."""
    return ask("POST /auth/tickets", {"character": name, "edge": "battle"}, access)


def now_ms():
    return int(time.time() * 1_000)


def configuration(access, names):
    lines = ["[headers]", f'Authorization = "Bearer {access}"']
    for place, values in names.items():
        name = place.replace(".", "_")
        lines += [f"[dictionaries.{name}]", f"values = {json.dumps(values)}"]
    lines.append("[parameters]")
    for place in names:
        name = place.replace(".", "_")
        lines.append(f'"{place}" = {{ dictionary = "{name}", probability = {LIKELIHOOD} }}')
    return "\n".join(lines)


main()
