"""Order of tasks by what they depend on."""


class Cycle(Exception):
    """Tasks depend on each other in a circle."""


def order(depends):
    """Tasks so that each comes after all it depends on; equal ones by name. depends: task -> iterable of tasks."""
    done = []
    for task in sorted(depends):
        if task not in done:
            done.extend(sorted(d for d in depends[task] if d not in done))
            done.append(task)
    return done
