/*
 * A JSON body into a struct, by a table of fields. A member that the table
 * doesn't name, or of the wrong type or range, is an error that names it.
 */
#ifndef LIVEBIN_HTTP_BODY_H
#define LIVEBIN_HTTP_BODY_H

#include "http/request.h"

enum field_type {
	FIELD_LINE, /* const char *: min to max characters, no controls */
	FIELD_TEXT, /* const char *: the same, with tabs and line breaks */
	FIELD_ID,   /* const char *: ID_CHARS of [A-Za-z0-9_-] */
	FIELD_WORD, /* int: the index of one of `words`; absent: unchanged */
	FIELD_INT,  /* int64_t: min to max; absent: unchanged */
	FIELD_BOOL, /* bool; absent: unchanged */
	FIELD_JSON, /* const char *: any value as text, up to max bytes */
};

/* Where a text that may be null was null: compare pointers. */
extern const char FIELD_NULL[];

struct field {
	const char *name;
	enum field_type type;
	bool required, nullable;
	size_t offset; /* in the struct that is filled */
	size_t min, max;
	const char *const *words;
	size_t word_count;
};

/*
 * Decodes the request's body into `into`; an empty body counts as {}. Absent
 * texts stay as they are. Texts are borrowed and last as long as the request.
 * 0, or -1 with *err (ERROR_INPUT).
 */
int body_decode(struct request *request, const struct field *fields,
    size_t field_count, void *into, struct error *err)
    __attribute__((warn_unused_result));

/*
 * The same without a request: parses `size` bytes of JSON into *tree (the
 * caller puts it away) and fills `into` from it. For tests and fuzzers too.
 */
struct json_object;
int body_parse(const char *json, size_t size, struct json_object **tree,
    struct error *err) __attribute__((warn_unused_result));
int body_fill(struct json_object *tree, const struct field *fields,
    size_t field_count, void *into, struct error *err)
    __attribute__((warn_unused_result));

/*
 * The same of a word in the query (FIELD_WORD, whose offset isn't read): *into
 * is unchanged where it is absent. 0, or -1 with *err.
 */
int body_query_word(const struct request *request, const struct field *field,
    int *into, struct error *err) __attribute__((warn_unused_result));

#endif
