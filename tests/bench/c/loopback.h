/* What the programs of this directory share: sockets of the loopback, clocks, ready and go. */
#include <arpa/inet.h>
#include <endian.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define TICK_LENGTH 64
#define PUBLISH_TIME_OFFSET 40
#define NUMBER_OFFSET 56

static inline int64_t clock_ns(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static inline void check(long result, const char *what)
{
	if (result < 0) {
		perror(what);
		exit(1);
	}
}

static inline struct sockaddr_in loopback(const char *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(port))};
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return address;
}

static inline void without_delay(int fd)
{
	int on = 1;
	check(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "setsockopt");
}

static inline int listen_at(const char *port)
{
	struct sockaddr_in address = loopback(port);
	int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
	check(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), "setsockopt");
	check(bind(fd, (struct sockaddr *)&address, sizeof address), "bind");
	check(listen(fd, 512), "listen");
	return fd;
}

static inline int accept_one(int listener)
{
	int fd = accept(listener, NULL, NULL);
	check(fd, "accept");
	without_delay(fd);
	return fd;
}

static inline int connect_to(const char *port)
{
	struct sockaddr_in address = loopback(port);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	check(connect(fd, (struct sockaddr *)&address, sizeof address), "connect");
	without_delay(fd);
	return fd;
}

static inline void send_all(int fd, const char *data, size_t length)
{
	while (length) {
		ssize_t sent = send(fd, data, length, MSG_NOSIGNAL);
		check(sent, "send");
		data += sent;
		length -= sent;
	}
}

static inline void wait_for_go(void)
{
	char line[16];
	printf("ready\n");
	fflush(stdout);
	if (!fgets(line, sizeof line, stdin) || strcmp(line, "go\n"))
		exit(1);
}

static inline void store_i64(char *field, int64_t value)
{
	uint64_t bytes = htobe64((uint64_t)value);
	memcpy(field, &bytes, sizeof bytes);
}

static inline int64_t load_i64(const char *field)
{
	uint64_t bytes;
	memcpy(&bytes, field, sizeof bytes);
	return (int64_t)be64toh(bytes);
}
