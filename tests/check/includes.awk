# SPDX-License-Identifier: MIT
# The include graph obeys docs/architecture: mem <- cpu <- devices <- frontend, and inside cpu
# fp <- everything, ir <- host, the guests apart from each other and from host, the engine unaware of guests.
# Input: all C files, named from the repository root. Output: file:line: message.

BEGIN {
	rank["mem"] = 1; rank["cpu"] = 2; rank["devices"] = 3; rank["frontend"] = 4; rank["tests"] = 5
	# "part of cpu" -> what it must not include
	never["fp"] = "^cpu/(ir|host|x86|arm|[^/]*$)"
	never["ir"] = "^cpu/(host|x86|arm)/"
	never["host"] = "^cpu/(x86|arm)/"
	never["x86"] = "^cpu/(host|arm)/"
	never["arm"] = "^cpu/(host|x86)/"
	never[""] = "^cpu/(x86|arm)/"
}

function complain(message) { printf "%s:%d: %s\n", FILENAME, FNR, message }

function top(path) { sub("/.*", "", path); return path }

function part(path) { return split(path, p, "/") > 2 && p[1] == "cpu" ? p[2] : "" }

FNR == 1 { seen[FILENAME] = 1 }

/^[ \t]*#[ \t]*include[ \t]*"/ {
	to = $0; sub(/^[^"]*"/, "", to); sub(/".*/, "", to)
	from = top(FILENAME)
	n = ++edges[FILENAME]; edge[FILENAME, n] = to; place[FILENAME, n] = FNR
	if (to ~ /^\.|\/\.\.?\//)
		complain("include \"" to "\": write it from the repository root")
	else if (from == "firmware" && top(to) in rank)
		complain("firmware runs in the guest and includes nothing of " top(to) "/")
	else if (from in rank && top(to) in rank && rank[top(to)] > rank[from])
		complain(from "/ must not include " top(to) "/ (mem <- cpu <- devices <- frontend)")
	else if (from == "cpu" && (part(FILENAME) in never) && to ~ never[part(FILENAME)])
		complain((part(FILENAME) == "" ? "the engine" : "cpu/" part(FILENAME)) " must not include " to)
	else if (from in rank && from != "tests" && top(to) !~ /^(mem|cpu|devices|frontend)$/)
		complain("include \"" to "\": write it from the repository root")
}

# Depth first; a file that is met again while it is still open closes a cycle.
function visit(file, trail,   i, to) {
	if (state[file] == "done") return
	state[file] = "open"
	for (i = 1; i <= edges[file]; i++) {
		to = edge[file, i]
		if (state[to] == "open")
			printf "%s:%d: include cycle: %s -> %s\n", file, place[file, i], trail, to
		else if (to in seen)
			visit(to, trail " -> " to)
	}
	state[file] = "done"
}

END { for (file in seen) visit(file, file) }
