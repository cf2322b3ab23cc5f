# SPDX-License-Identifier: MIT
# Hard stops of docs/style on size, and what belongs at the top of a file. Relies on the layout that the format check
# enforces: a function's body is between a "{" and a "}" in the first column; a table's is not.
# Input: C files. Output: file:line: message.

BEGIN { FILE = 800; HEADER = 300; FUNCTION = 100; MACRO = 8; LINE = 120; ROW = 140; ENTRIES = 16 }

function complain(line, message) { printf "%s:%d: %s\n", file, line, message }

function columns(text,   n, i) {
	for (i = 1; i <= length(text); i++)
		n = substr(text, i, 1) == "\t" ? n + 8 - n % 8 : n + 1
	return n
}

function close_file(   limit) {
	limit = file ~ /\.h$/ ? HEADER : FILE
	if (lines > limit) complain(limit + 1, lines " lines, more than " limit)
	if (opening < 60) complain(2, "the second line opens a comment of two lines or so on why the file exists")
}

FNR == 1 {
	if (file) close_file()
	file = FILENAME; body = macro = 0; opening = 0; commented = 1; table = ""
	if ($0 != "/* SPDX-License-Identifier: MIT */") complain(1, "the first line is not \"/* SPDX-License-Identifier: MIT */\"")
}
{ lines = FNR }
FNR > 1 && commented {
	if (FNR == 2 && $0 !~ /^\/\*/) commented = 0
	else opening += length($0)
	if ($0 ~ /\*\//) commented = 0
}
length($0) > LINE / 8 {
	limit = /^[ \t]*[{].*},?([ \t]*\/\*.*)?$/ ? ROW : LINE # a row of a table is easier to read whole
	if (columns($0) > limit) complain(FNR, columns($0) " columns, more than " limit)
}
/[ \t]$/ { complain(FNR, "white space at the end of the line") }
/(^|[^A-Za-z_])(TODO|FIXME|XXX)([^A-Za-z_]|$)/ { complain(FNR, "finish it or leave it out") }

/^{/ { body = FNR }
/^}/ {
	if (body && FNR - body + 1 > FUNCTION) complain(body, "a function of " FNR - body + 1 " lines, more than " FUNCTION)
	body = 0
}

/^struct [a-z_0-9]+ \{/ { table = $2; entries = 0 }
table && /\(\*[a-z_0-9]+\)\(/ { entries++ }
table && /^}/ {
	if (entries > ENTRIES) complain(FNR, "struct " table " has " entries " function pointers, more than " ENTRIES)
	table = ""
}

/^[ \t]*#[ \t]*define[ \t]/ {
	name = $0; sub(/^[ \t]*#[ \t]*define[ \t]+/, "", name)
	takes = name ~ /^[A-Za-z_0-9]+\(/
	sub(/[^A-Za-z_0-9].*/, "", name)
	macro = FNR; pasted = 0
}
macro {
	if ($0 ~ /##/ && !pasted && name !~ /^(SIZE[DS][A-Z_0-9]*|OP)$/) {
		complain(FNR, "token pasting in " name "; only SIZED*, SIZES* and OP may")
		pasted = 1
	}
	if ($0 !~ /\\$/) {
		if (takes && FNR - macro + 1 > MACRO) complain(macro, "macro " name " of " FNR - macro + 1 " lines, more than " MACRO)
		macro = 0
	}
}

END { if (file) close_file() }
