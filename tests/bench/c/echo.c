/* The physical limit of an order's round trip: whatever comes is sent back.
 *
 *   echo PORT [JOURNAL]      with JOURNAL all that one recv brought is written there before
 */
#include "loopback.h"
#include <fcntl.h>

int main(int count, char **arguments)
{
	static char buffer[1 << 18];
	if (count < 2)
		return 2;
	int listener = listen_at(arguments[1]), journal = -1;
	if (count > 2) {
		journal = open(arguments[2], O_WRONLY | O_CREAT | O_APPEND, 0600);
		check(journal, "journal");
	}
	printf("ready\n");
	fflush(stdout);
	int fd = accept_one(listener);
	ssize_t got;
	while ((got = recv(fd, buffer, sizeof buffer, 0)) > 0) {
		if (journal >= 0)
			check(write(journal, buffer, got), "write");
		send_all(fd, buffer, got);
	}
	return 0;
}
