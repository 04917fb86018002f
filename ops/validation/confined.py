"""Runs a command under a seccomp profile as the OCI's runtimes do, by libseccomp.

    python3 ops/validation/confined.py PROFILE.json [--without NAME...] -- COMMAND...
"""

import ctypes
import json
import os
import sys

ALLOW = 0x7FFF0000
OPERATIONS = {"SCMP_CMP_EQ": 4, "SCMP_CMP_MASKED_EQ": 7}
UNKNOWN = -1


class Comparison(ctypes.Structure):
    """struct scmp_arg_cmp"""

    _fields_ = [
        ("arg", ctypes.c_uint),
        ("op", ctypes.c_int),
        ("first", ctypes.c_uint64),
        ("second", ctypes.c_uint64),
    ]


def action_of(name, number):
    return ALLOW if name == "SCMP_ACT_ALLOW" else 0x00050000 | number


def confine(profile, without):
    library = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    library.seccomp_init.restype = ctypes.c_void_p
    filter_ = ctypes.c_void_p(library.seccomp_init(action_of(profile["defaultAction"], profile["defaultErrnoRet"])))
    for entry in profile["syscalls"]:
        comparisons = [
            # The mask comes first where there is one.
            Comparison(it["index"], OPERATIONS[it["op"]], it["value"], it.get("valueTwo", 0))
            for it in entry.get("args", [])
        ]
        array = (Comparison * len(comparisons))(*comparisons)
        action = ctypes.c_uint32(action_of(entry["action"], entry.get("errnoRet", 1)))
        for name in entry["names"]:
            number = library.seccomp_syscall_resolve_name(name.encode())
            if number == UNKNOWN:
                raise SystemExit(f"{name} is no system call")
            if name in without:
                continue
            status = library.seccomp_rule_add_array(filter_, action, number, len(comparisons), array)
            if status != 0:
                raise SystemExit(f"{name}: {os.strerror(-status)}")
    if library.seccomp_load(filter_) != 0:
        raise SystemExit("the system takes no filter")


def main():
    at = sys.argv.index("--")
    profile, *without = sys.argv[1:at]
    with open(profile, encoding="utf-8") as file:
        confine(json.load(file), set(without[1:]))
    command = sys.argv[at + 1 :]
    os.execvp(command[0], command)


main()
