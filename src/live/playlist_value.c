/*
 * Numbers, attributes and paths of playlists. No locale has a say in them, and
 * none is longer than its line.
 */
#include <string.h>
#include <strings.h>

#include "live/playlist_value.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool
text_decimal(struct text text, int places, int64_t max, int64_t *units)
{
	struct text rest = text, whole = text_cut(&rest, '.');
	int64_t n, scale = 1;
	size_t i;
	int place;

	for (place = 0; place < places; place++)
		scale *= 10;
	if (!text_integer(whole, max / scale, &n))
		return false;
	for (i = 0; i < (size_t)places; i++)
		n = n * 10 + (i < rest.size && is_digit(rest.at[i])
				     ? rest.at[i] - '0'
				     : 0);
	if (rest.size > (size_t)places && rest.at[places] >= '5')
		n++;
	for (i = 0; i < rest.size; i++)
		if (!is_digit(rest.at[i]))
			return false;
	*units = n;
	return n <= max;
}

static bool
is_name(char c)
{
	return (c >= 'A' && c <= 'Z') || is_digit(c) || c == '-';
}

/* A value in quotes, which end before a comma or the list's end. */
static int
attribute_quoted(struct text *list, struct attribute *attribute)
{
	list->at++;
	list->size--;
	if (list->size == 0 || memchr(list->at, '"', list->size) == NULL)
		return -1;
	attribute->quoted = true;
	attribute->value = text_cut(list, '"');
	return text_trim(text_cut(list, ',')).size == 0 ? 1 : -1;
}

int
attribute_next(struct text *list, struct attribute *attribute)
{
	size_t i;

	*list = text_trim(*list);
	if (list->size == 0)
		return 0;
	if (memchr(list->at, '=', list->size) == NULL)
		return -1;
	attribute->name = text_cut(list, '=');
	for (i = 0; i < attribute->name.size; i++)
		if (!is_name(attribute->name.at[i]))
			return -1;
	if (attribute->name.size == 0 || list->size == 0)
		return -1;
	if (list->at[0] == '"')
		return attribute_quoted(list, attribute);
	attribute->quoted = false;
	attribute->value = text_trim(text_cut(list, ','));
	return attribute->value.size > 0 ? 1 : -1;
}

/* Takes the last segment off a path: "/a/b" gives "b" and leaves "/a". */
static struct text
path_last(struct text *path)
{
	size_t size = path->size;
	struct text last;

	while (size > 0 && path->at[size - 1] != '/')
		size--;
	last = (struct text){ path->at + size, path->size - size };
	path->size = size > 0 ? size - 1 : 0;
	return last;
}

/* Does a path end in /push/<token>, or in /api/live/<id>/media? */
static bool
path_pushed(struct text path)
{
	struct text last = path_last(&path);

	if (last.size == 0)
		return false;
	if (text_is(path_last(&path), "push"))
		return true;
	return text_is(last, "media") && text_is(path_last(&path), "live") &&
	       text_is(path_last(&path), "api");
}

/* The name in an absolute path: one or two segments behind a push path. */
static bool
path_name(struct text path, struct text *name)
{
	const char *end = path.at + path.size;
	int segments;

	for (segments = 1; segments <= 2; segments++) {
		name->at = path_last(&path).at;
		name->size = (size_t)(end - name->at);
		if (path_pushed(path))
			return true;
	}
	return false;
}

/* Takes "scheme://host" or "//host" off a URL. False: another scheme. */
static bool
path_absolute(struct text *uri, bool *absolute)
{
	static const char *const SCHEMES[] = { "http://", "https://", "//" };
	size_t i, size;

	*absolute = uri->size > 0 && uri->at[0] == '/';
	for (i = 0; i < sizeof(SCHEMES) / sizeof(SCHEMES[0]); i++) {
		size = strlen(SCHEMES[i]);
		if (uri->size < size ||
		    strncasecmp(uri->at, SCHEMES[i], size) != 0)
			continue;
		uri->at += size;
		uri->size -= size;
		(void)text_cut(uri, '/');
		/* The slash belongs to the path: it is there, or all is cut. */
		if (uri->size > 0) {
			uri->at--;
			uri->size++;
		}
		*absolute = true;
		return true;
	}
	return uri->size == 0 || memchr(uri->at, ':', uri->size) == NULL;
}

bool
text_path(struct text uri, struct text *name, bool *relative)
{
	struct text path = uri;
	bool absolute;

	path = text_cut(&path, '#');
	path = text_cut(&path, '?');
	if (!path_absolute(&path, &absolute))
		return false;
	*relative = !absolute;
	if (absolute)
		return path_name(path, name);
	while (path.size >= 2 && memcmp(path.at, "./", 2) == 0) {
		path.at += 2;
		path.size -= 2;
	}
	*name = path;
	return path.size > 0;
}
