"""What the binary says of itself: the roles it has, their flags and variables. Whoever writes a command for it
elsewhere (compose, Kubernetes) is held against this.
"""

import functools
import re
import subprocess

# Of every role; `voxelheim --help` does not list them, services/voxelheim/src/{log,traces}.rs do.
VARIABLES_OF_ALL = {"VOXELHEIM_LOG", "VOXELHEIM_LOG_FORMAT", "VOXELHEIM_TRACES"}


class Role:
    """A role by its help text."""

    def __init__(self, text):
        self.flags = set(re.findall(r"--[a-z-]+", text))
        usage = text[text.index("Usage:") :].splitlines()[0]
        self.required = set(re.findall(r"--[a-z-]+", usage))
        self.choices = {}
        self.variables = {}
        # An entry begins with its flag; what else is said of it may stand on several lines.
        for entry in re.split(r"\n +(?:-\w, +|    )?(?=--[a-z])", text)[1:]:
            flag = re.match(r"--[a-z-]+", entry).group()
            for variable in re.findall(r"\[env: (\w+)", entry):
                self.variables[variable] = flag
            choices = re.search(r"\[possible values: ([^\]]+)\]", entry)
            if choices:
                self.choices[flag] = set(choices.group(1).split(", "))
            elif "Possible values:" in entry:
                self.choices[flag] = set(re.findall(r"^ *- (\w+):", entry, re.M))


@functools.cache
def role_of(binary, name):
    """The role of this name; none if there is none."""
    asked = subprocess.run([binary, name, "--help"], capture_output=True, text=True, check=False)
    return Role(asked.stdout) if asked.returncode == 0 else None


def faults_of_command(binary, command, variables):
    """Sentences: what the binary does not know of a command, or misses in it and in the variables given."""
    name, *flags = command
    role = role_of(binary, name)
    if role is None:
        yield f"the binary has no role {name}"
        return
    given = set()
    for flag in flags:
        flag, _, value = flag.partition("=")
        given.add(flag)
        if flag not in role.flags:
            yield f"{name} has no {flag}"
        elif flag in role.choices and "$" not in value and value not in role.choices[flag]:
            yield f"{name} {flag} cannot be {value}"
    given |= {flag for variable, flag in role.variables.items() if variable in variables}
    for flag in sorted(role.required - given):
        yield f"{name} needs {flag}"


def unknown_variables(binary, name, variables):
    """Of our own variables, those that the role does not read."""
    role = role_of(binary, name)
    known = VARIABLES_OF_ALL | set(role.variables if role else ())
    return sorted(it for it in variables if it.startswith("VOXELHEIM_") and it not in known)
