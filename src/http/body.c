/*
 * JSON bodies. json_text.c says whether it is JSON, json-c makes objects of
 * it, and this file holds the values to the door's table.
 */
#include <assert.h>
#include <string.h>

#include <json-c/json.h>

#include "http/body.h"
#include "http/exchange.h"
#include "http/json_text.h"

#define MEMBERS_MAX 16

const char FIELD_NULL[] = "";

/*
 * A member whose value is more than a string keeps its text, so that what is
 * only handed on is the same number for number.
 */
static void
body_keep_texts(struct json_object *tree, const char *json, size_t size)
{
	char *text;

	/* So many are no body of ours, and each is a walk over all. */
	if (json_object_object_length(tree) > MEMBERS_MAX)
		return;
	json_object_object_foreach(tree, name, value)
	{
		if (value == NULL ||
		    json_object_is_type(value, json_type_string))
			continue;
		text = json_text_member(json, size, name);
		if (text != NULL)
			json_object_set_serializer(value,
			    json_object_userdata_to_json_string, text,
			    json_object_free_userdata);
	}
}

int
body_parse(
    const char *json, size_t size, struct json_object **tree, struct error *err)
{
	const char *fault = json_text_fault(json, size);
	struct json_tokener *tokener;

	*tree = NULL;
	if (fault != NULL)
		return error_set(
		    err, ERROR_INPUT, NULL, "The body is not JSON: %s.", fault);
	tokener = json_tokener_new_ex(JSON_TEXT_DEPTH_MAX + 1);
	if (tokener == NULL)
		return error_set(err, ERROR_SYSTEM, NULL, "out of memory");
	*tree = json_tokener_parse_ex(tokener, json, (int)size);
	/* A number at the very end is complete only behind an end. */
	if (json_tokener_get_error(tokener) == json_tokener_continue)
		*tree = json_tokener_parse_ex(tokener, "", -1);
	if (json_tokener_get_error(tokener) != json_tokener_success)
		fault =
		    json_tokener_error_desc(json_tokener_get_error(tokener));
	json_tokener_free(tokener);
	if (fault != NULL)
		return error_set(err, ERROR_INPUT, NULL,
		    "The body can't be read: %s.", fault);
	if (json_object_is_type(*tree, json_type_object))
		body_keep_texts(*tree, json, size);
	return 0;
}

/* Unicode code points of valid UTF-8: bytes that don't continue one. */
static size_t
text_characters(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text++)
		if (((unsigned char)*text & 0xc0) != 0x80)
			count++;
	return count;
}

/* The control characters of ASCII, and those of Unicode behind them. */
static bool
text_has_controls(const char *text, enum field_type type)
{
	const unsigned char *at = (const unsigned char *)text;

	for (; *at != '\0'; at++) {
		if (at[0] == 0xc2 && at[1] >= 0x80 && at[1] <= 0x9f)
			return true;
		if (*at >= 0x20 && *at != 0x7f)
			continue;
		if (type == FIELD_TEXT && strchr("\t\n\r", *at) != NULL)
			continue;
		return true;
	}
	return false;
}

static int
field_text(const struct field *field, struct json_object *value,
    const char **into, struct error *err)
{
	const char *text;
	size_t characters;

	if (!json_object_is_type(value, json_type_string))
		return error_set(err, ERROR_INPUT, field->name,
		    "%s must be a string.", field->name);
	text = json_object_get_string(value);
	if (strlen(text) != (size_t)json_object_get_string_len(value) ||
	    text_has_controls(text, field->type))
		return error_set(err, ERROR_INPUT, field->name,
		    "%s must not hold control characters.", field->name);
	if (field->type == FIELD_ID && !id_valid(text, ID_CHARS))
		return error_set(err, ERROR_INPUT, field->name,
		    "%s must be %d characters of A-Z, a-z, 0-9, _ and -.",
		    field->name, ID_CHARS);
	characters = text_characters(text);
	if (field->type != FIELD_ID &&
	    (characters < field->min || characters > field->max))
		return error_set(err, ERROR_INPUT, field->name,
		    "%s must have %zu to %zu characters; it has %zu.",
		    field->name, field->min, field->max, characters);
	if (field->min > 0 && strspn(text, " ") == strlen(text))
		return error_set(err, ERROR_INPUT, field->name,
		    "%s must be more than spaces.", field->name);
	*into = text;
	return 0;
}

/* Which of its words a text is; NULL is none. */
static int
word_find(
    const struct field *field, const char *text, int *into, struct error *err)
{
	char list[160] = "";
	size_t i, used = 0;

	for (i = 0; i < field->word_count; i++) {
		if (text != NULL && strcmp(text, field->words[i]) == 0) {
			*into = (int)i;
			return 0;
		}
		used += (size_t)snprintf(list + used, sizeof(list) - used,
		    "%s%s", i > 0 ? ", " : "", field->words[i]);
		assert(used < sizeof(list));
	}
	return error_set(err, ERROR_INPUT, field->name,
	    "%s must be one of: %s.", field->name, list);
}

static int
field_word(const struct field *field, struct json_object *value, int *into,
    struct error *err)
{
	const char *text = NULL;

	if (json_object_is_type(value, json_type_string))
		text = json_object_get_string(value);
	if (text != NULL &&
	    strlen(text) != (size_t)json_object_get_string_len(value))
		text = NULL; /* a NUL inside: no word */
	return word_find(field, text, into, err);
}

int
body_query_word(const struct request *request, const struct field *field,
    int *into, struct error *err)
{
	char text[24];
	int found;

	found = request_query(request, field->name, text, sizeof(text), err);
	return found == 1 ? word_find(field, text, into, err) : found;
}

static int
field_int(const struct field *field, struct json_object *value, int64_t *into,
    struct error *err)
{
	/* json-c bends what is beyond 64 bits to the last that fits. */
	const int64_t number = json_object_get_int64(value);

	if (!json_object_is_type(value, json_type_int) ||
	    number < (int64_t)field->min || number > (int64_t)field->max)
		return error_set(err, ERROR_INPUT, field->name,
		    "%s must be a whole number from %zu to %zu.", field->name,
		    field->min, field->max);
	*into = number;
	return 0;
}

static int
field_json(const struct field *field, struct json_object *value,
    const char **into, struct error *err)
{
	size_t size;

	*into = json_object_to_json_string_length(value,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &size);
	if (*into == NULL)
		return error_set(err, ERROR_SYSTEM, NULL, "out of memory");
	if (size > field->max)
		return error_set(err, ERROR_TOO_LARGE, field->name,
		    "%s may have %zu bytes; it has %zu.", field->name,
		    field->max, size);
	return 0;
}

static int
field_set(const struct field *field, struct json_object *value, void *into,
    struct error *err)
{
	void *place = (char *)into + field->offset;

	if (value == NULL && field->nullable) {
		*(const char **)place = FIELD_NULL;
		return 0;
	}
	switch (field->type) {
	case FIELD_LINE:
	case FIELD_TEXT:
	case FIELD_ID:
		return field_text(field, value, place, err);
	case FIELD_WORD:
		return field_word(field, value, place, err);
	case FIELD_INT:
		return field_int(field, value, place, err);
	case FIELD_BOOL:
		if (!json_object_is_type(value, json_type_boolean))
			return error_set(err, ERROR_INPUT, field->name,
			    "%s must be true or false.", field->name);
		*(bool *)place = json_object_get_boolean(value);
		return 0;
	case FIELD_JSON:
		if (value == NULL) {
			*(const char **)place = "null";
			return 0;
		}
		return field_json(field, value, place, err);
	}
	return -1;
}

static const struct field *
field_find(const struct field *fields, size_t count, const char *name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(fields[i].name, name) == 0)
			return &fields[i];
	return NULL;
}

int
body_fill(struct json_object *tree, const struct field *fields,
    size_t field_count, void *into, struct error *err)
{
	const struct field *field;
	size_t i;

	if (!json_object_is_type(tree, json_type_object))
		return error_set(
		    err, ERROR_INPUT, NULL, "The body must be a JSON object.");
	json_object_object_foreach(tree, name, value)
	{
		field = field_find(fields, field_count, name);
		if (field == NULL)
			return error_set(err, ERROR_INPUT, name,
			    "There is no member of that name here.");
		if (field_set(field, value, into, err) != 0)
			return -1;
	}
	for (i = 0; i < field_count; i++)
		if (fields[i].required &&
		    !json_object_object_get_ex(tree, fields[i].name, NULL))
			return error_set(err, ERROR_INPUT, fields[i].name,
			    "%s is missing.", fields[i].name);
	return 0;
}

int
body_decode(struct request *request, const struct field *fields,
    size_t field_count, void *into, struct error *err)
{
	const struct buf *body = &request->body;

	if (request->body_tree == NULL &&
	    body_parse(body->size > 0 ? body->data : "{}",
		body->size > 0 ? body->size : 2, &request->body_tree, err) != 0)
		return -1;
	return body_fill(request->body_tree, fields, field_count, into, err);
}
