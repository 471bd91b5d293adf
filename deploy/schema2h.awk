# Turns schema.sql into C string literals: one for each "-- part: NAME" and
# each "-- since: N" within it (the first of a part is N = 1).
function begin(name, version) {
	if (open) print ""
	printf "#define SCHEMA_%s_%d", toupper(name), version
	open = 1
}
/^-- part: / { part = $3; begin(part, 1); next }
/^-- since: / { begin(part, $3); next }
open {
	sub(/[ \t]*--.*$/, "")
	if ($0 ~ /^[ \t]*$/) next
	gsub(/\\/, "\\\\"); gsub(/"/, "\\\"")
	printf " \\\n    \"%s\\n\"", $0
}
END { if (open) print "" }
