/*
 * livebin backup FOLDER.
 */
#include "admin/admin.h"
#include "live/backup.h"

enum admin_exit
admin_backup(const struct config *config, const struct arguments *arguments)
{
	struct error err;

	if (arguments->count != 1 || arguments->list[0][0] == '-')
		return admin_usage();
	if (!admin_site_there(config))
		return ADMIN_FAILED;
	if (backup_make(config, arguments->list[0], &err) != 0)
		return admin_error(&err);
	return ADMIN_DONE;
}
