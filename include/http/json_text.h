/*
 * JSON as text: is it JSON to the letter of RFC 8259, and where in it is a
 * member's value. json-c, which makes objects of it, is lenient ("01", "1.",
 * NaN, overlong UTF-8) and bends numbers beyond 64 bits; so bodies are
 * checked here first, and values that are only handed on stay text.
 */
#ifndef LIVEBIN_HTTP_JSON_TEXT_H
#define LIVEBIN_HTTP_JSON_TEXT_H

#include <stddef.h>

/* How deep arrays and objects may stand in each other. */
#define JSON_TEXT_DEPTH_MAX 32

/*
 * NULL if the `size` bytes are one JSON value in valid UTF-8 with nothing but
 * white space around it, else a few words that say what is wrong.
 */
const char *json_text_fault(const char *text, size_t size);

/*
 * The value of the last member `name` of a text that is a valid JSON object,
 * without the white space outside its strings. A string that the caller
 * frees; NULL if there is no such member (one whose name is written with
 * escapes isn't found), or no memory.
 */
char *json_text_member(const char *text, size_t size, const char *name);

#endif
