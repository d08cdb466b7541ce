"""Lines of comma-separated values with double quotes."""


def fields(line):
    """The fields of one line; a doubled quote within quotes stands for one."""
    found = []
    field = ""
    quoted = False
    i = 0
    while i < len(line):
        c = line[i]
        if quoted:
            if c == '"':
                quoted = False
            else:
                field += c
        elif c == '"':
            quoted = True
        elif c == ",":
            found.append(field)
            field = ""
        else:
            field += c
        i += 1
    if field:
        found.append(field)
    return found
