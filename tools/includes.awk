# Finds the headers that a program names as file names are compared on Windows: in another case, or with \
# between folder and file. Prints one line for each such name that no file has to the letter:
#
#   NAME <tab> what to include instead, in quotation marks or angle brackets
#
#   SOURCES=.. FOLDERS=.. SDK=.. HERE=.. awk -f includes.awk
#
# SOURCES: the source files; FOLDERS: the program's include folders; SDK: the folders with the headers of
# Windows; each one a line. HERE: the current folder. Headers of the program are read for what they include
# in turn. Conditions are not looked at: a name too many does no harm. Used by httpsys-cc.

function list(folder,    command, name) {
    if (folder in listed) {
        return
    }
    listed[folder] = 1
    command = folder
    gsub(/'/, "'\\''", command)
    command = "ls -a '" command "' 2>/dev/null"
    while ((command | getline name) > 0) {
        there[folder, name] = 1
        if (!((folder, tolower(name)) in spelled)) {
            spelled[folder, tolower(name)] = name
        }
    }
    close(command)
}

# The path below `folder` that is the same for Windows, as the files spell it; "" if there is none.
function find(folder, path,    parts, count, at, found, part) {
    count = split(path, parts, "/")
    found = ""
    for (at = 1; at <= count; at++) {
        part = parts[at]
        if (part != ".." && part != ".") {
            list(folder found)
            if (!((folder found, part) in there)) {
                if (!((folder found, tolower(part)) in spelled)) {
                    return ""
                }
                part = spelled[folder found, tolower(part)]
            }
        }
        found = found "/" part
    }
    return substr(found, 2)
}

function add(file) {
    if (!(file in seen)) {
        seen[file] = 1
        queue[++last] = file
    }
}

# `name` is what stands in the source, in quotation marks or not.
function include(file, name, quoted,    path, folder, found, at) {
    path = name
    gsub(/\\/, "/", path)
    if (path ~ /^\// || path ~ /^[A-Za-z]:/ || path == "") {
        return
    }
    for (at = quoted ? 0 : 1; at <= folders; at++) {
        folder = at ? FOLDER[at] : file
        if (!at && !sub(/\/[^\/]*$/, "", folder)) {
            folder = "."
        }
        found = find(folder, path)
        if (found != "") {
            if (found != name && !(name in instead)) {
                instead[name] = "\"" (folder ~ /^\// ? "" : HERE "/") folder "/" found "\""
            }
            add(folder "/" found)
            return
        }
    }
    # The C library's own names are in lower case.
    if (name == tolower(path) || name in instead) {
        return
    }
    for (at = 1; at <= sdks; at++) {
        found = find(SDK[at], path)
        if (found == name) {
            return
        }
        if (found != "") {
            instead[name] = "<" found ">"
            return
        }
    }
}

function read(file,    line, name, quoted) {
    while ((getline line < file) > 0) {
        if (line !~ /^[ \t]*#[ \t]*(include|import)[ \t]*["<]/) {
            continue
        }
        match(line, /["<]/)
        quoted = substr(line, RSTART, 1) == "\""
        name = substr(line, RSTART + 1)
        if (match(name, /[">]/)) {
            include(file, substr(name, 1, RSTART - 1), quoted)
        }
    }
    close(file)
}

BEGIN {
    HERE = ENVIRON["HERE"]
    folders = split(ENVIRON["FOLDERS"], FOLDER, "\n")
    sdks = split(ENVIRON["SDK"], SDK, "\n")
    count = split(ENVIRON["SOURCES"], source, "\n")
    for (i = 1; i <= count; i++) {
        add(source[i])
    }
    for (i = 1; i <= last; i++) {
        read(queue[i])
    }
    for (name in instead) {
        print name "\t" instead[name]
    }
}
