# Turns schema.sql into C string arrays, one for each "-- part: NAME".
/^-- part: / {
	if (open) print "    ;"
	printf "static const char SCHEMA_%s[] =\n", toupper($3)
	open = 1
	next
}
open {
	sub(/[ \t]*--.*$/, "")
	if ($0 ~ /^[ \t]*$/) next
	gsub(/\\/, "\\\\"); gsub(/"/, "\\\"")
	printf "    \"%s\\n\"\n", $0
}
END { if (open) print "    ;" }
