/* Watching a file: when others open it and when they close it (inotify; Linux tells of every opening of the
 * inode, by whatever name, and queues it before the opener gets on).
 */
#ifndef QB_BASE_WATCH_H
#define QB_BASE_WATCH_H

#include <stdbool.h>

/* A descriptor that can be read when something has happened, the caller's to close; -1 where watching is not
 * to be had (too many watches of this user, a file system that does not tell). */
int qb_watch_open(const char *path);

/* Takes what has happened, without waiting.  *opened is set when the file was opened, else untouched; returns
 * how many more openings than closings there were, which is negative where some were closed. */
int qb_watch_take(int watch, bool *opened);

#endif
