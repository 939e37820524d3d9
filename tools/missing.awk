# Says which functions and headers of Windows that a compiler or linker did not find are not part of
# httpsys, one line each:
#
#   awk -v self=httpsys-cc -v page=docs/WIN32.md -v own=yes -f missing.awk windows-names MESSAGES
#
# MESSAGES is what gcc or clang and GNU ld, gold, lld, mold or Apple's ld print in English (LC_ALL=C).
# Only names in windows-names get a line: what else is missing is the program's own. Used by httpsys-cc
# when a build has failed.

FNR == NR {
    if ($1 !~ /^#/) {
        known[$1] = NF > 1 ? "ours" : "missing"
    }
    next
}

# What stands between the first quotation mark behind `text` and the next. Old linkers open with `.
function quoted(text,    at, rest) {
    at = index($0, text)
    if (!at) {
        return ""
    }
    rest = substr($0, at + length(text))
    if (!match(rest, /^[ :]*[`'"]/)) {
        return ""
    }
    rest = substr(rest, RLENGTH + 1)
    return match(rest, /[`'"]/) ? substr(rest, 1, RSTART - 1) : ""
}

# The word in quotation marks right before `text`.
function quoted_before(text,    at, rest, count, pieces) {
    at = index($0, text)
    if (!at) {
        return ""
    }
    rest = substr($0, 1, at - 1)
    count = split(rest, pieces, /[`'"]/)
    return count > 2 ? pieces[count - 1] : ""
}

function line(text) {
    if (!(text in said)) {
        said[text] = 1
        print self ": " text
    }
}

# "ours", "missing", or "" for what Windows does not have.
function state(name) {
    return name in known ? known[name] : ""
}

# A function that the program names. Without a letter at its end it is what a header would have made
# A or W of.
function missing(name,    wide, narrow) {
    sub(/^::/, "", name)
    sub(/^__imp_/, "", name)
    sub(/\(.*/, "", name) # of a C++ declaration
    if (state(name) == "missing") {
        line(name " is not part of httpsys: " page " lists what is")
    }
    if (state(name) != "") {
        return
    }
    wide = state(name "W")
    narrow = state(name "A")
    if (wide == "missing" && (narrow == "missing" || narrow == "")) {
        line(name " is not part of httpsys: " page " lists what is")
    } else if (wide == "missing") {
        line(name "W (" name " with UNICODE) is not part of httpsys: " page " lists what is")
    } else if (narrow == "missing") {
        line(name "A (" name " without UNICODE) is not part of httpsys: " page " lists what is")
    } else if (wide == "" && narrow == "") {
        other(name)
    }
}

# A type or constant, by how those of Windows are written; which there are is not known. Said once, and only
# with the library's own headers.
function other(name) {
    if (own == "yes" && !hinted && length(name) > 3 && name ~ /^[A-Z][A-Z0-9_]*$/) {
        hinted = 1
        line("if " name " is a name of Windows: the headers of mingw-w64 have it, see httpsys-cc --help (--sdk)")
    }
}

function header(name,    small) {
    sub(/^.*\//, "", name)
    small = tolower(name)
    if (state(small) == "missing") {
        line(name " is not part of httpsys: " page " lists the headers that are")
    } else if (state(small) == "ours" && small != name) {
        line(name " is " small " here: httpsys has no header with these capitals")
    }
}

# ---- compilers ----
/implicit declaration of function / { missing(quoted("implicit declaration of function ")) }
/call to undeclared function / { missing(quoted("call to undeclared function ")) }
/use of undeclared identifier / { missing(quoted("use of undeclared identifier ")) }
/no member named .* in the global namespace/ { missing(quoted("no member named ")) }
/there are no arguments to / { missing(quoted("there are no arguments to ")) }
/' undeclared/ { missing(quoted_before(" undeclared")) }
/' was not declared in this scope/ { missing(quoted_before(" was not declared in this scope")) }
/' has not been declared/ { missing(quoted_before(" has not been declared")) }
/unknown type name '/ { other(quoted("unknown type name ")) }
/' does not name a type/ { other(quoted_before(" does not name a type")) }
/fatal error: .*\.[hH]: No such file or directory/ {
    name = $0
    sub(/^.*fatal error: /, "", name)
    sub(/: No such file or directory.*$/, "", name)
    header(name)
}
/' file not found/ { header(quoted_before(" file not found")) }

# ---- linkers ----
/undefined reference to / { missing(quoted("undefined reference to ")) }
/undefined references to / { missing(quoted("undefined references to ")) }
/undefined symbol: / {
    name = $0
    sub(/^.*undefined symbol: /, "", name)
    sub(/^[^ ]*\.o: /, "", name) # an early mold names the file first
    missing(name)
}
/^ *"_?[^"]*", referenced from:/ {
    name = quoted("")
    sub(/^_/, "", name)
    missing(name)
}
