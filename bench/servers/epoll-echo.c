/* The line without a bar: a single-threaded echo server on bare epoll, to show how far the limit is.
 *   epoll-echo tcp|udp     prints {"port":N} when it listens, ends at SIGTERM */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_SIZE 65536

/* What the kernel did not take yet. While something waits, the connection is not read: the peer feels it. */
typedef struct {
  int fd;
  uint8_t *waiting;
  size_t offset, length;
} connection;

static int epoll_fd;
static uint8_t buffer[READ_SIZE];

static void watch(connection *c, uint32_t events, int operation) {
  struct epoll_event e = {.events = events, .data.ptr = c};
  epoll_ctl(epoll_fd, operation, c->fd, &e);
}

static void end(connection *c) {
  close(c->fd);
  free(c->waiting);
  free(c);
}

static void echo(connection *c) {
  ssize_t n = recv(c->fd, buffer, sizeof buffer, 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) return end(c);
  ssize_t taken = send(c->fd, buffer, (size_t)n, MSG_NOSIGNAL);
  if (taken == n) return;
  if (taken < 0 && errno != EAGAIN) return end(c);
  if (taken < 0) taken = 0;
  c->length = (size_t)(n - taken);
  c->offset = 0;
  c->waiting = malloc(c->length);
  memcpy(c->waiting, buffer + taken, c->length);
  watch(c, EPOLLOUT, EPOLL_CTL_MOD);
}

static void flush_waiting(connection *c) {
  ssize_t taken = send(c->fd, c->waiting + c->offset, c->length - c->offset, MSG_NOSIGNAL);
  if (taken < 0 && errno != EAGAIN) return end(c);
  if (taken > 0) c->offset += (size_t)taken;
  if (c->offset < c->length) return;
  free(c->waiting);
  c->waiting = NULL;
  watch(c, EPOLLIN, EPOLL_CTL_MOD);
}

static void accept_all(int listener) {
  int fd, on = 1;
  while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
    connection *c = calloc(1, sizeof *c);
    c->fd = fd;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    watch(c, EPOLLIN, EPOLL_CTL_ADD);
  }
}

static void echo_datagrams(int fd) {
  struct sockaddr_storage from;
  for (;;) {
    socklen_t length = sizeof from;
    ssize_t n = recvfrom(fd, buffer, sizeof buffer, 0, (struct sockaddr *)&from, &length);
    if (n < 0) return;
    sendto(fd, buffer, (size_t)n, 0, (struct sockaddr *)&from, length);
  }
}

int main(int argc, char **argv) {
  bool udp = argc > 1 && !strcmp(argv[1], "udp");
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  struct epoll_event ready[256], e = {.events = EPOLLIN, .data.ptr = NULL};
  struct rlimit limit;
  alarm(600); /* never outlives a benchmark that was killed */
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  int fd = socket(AF_INET, (udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || (!udp && listen(fd, 511) < 0)) {
    perror("epoll-echo");
    return 1;
  }
  getsockname(fd, (struct sockaddr *)&address, &length);
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &e);
  printf("{\"port\":%d}\n", ntohs(address.sin_port));
  fflush(stdout);
  for (;;) {
    int n = epoll_wait(epoll_fd, ready, 256, -1);
    for (int i = 0; i < n; i++) {
      connection *c = ready[i].data.ptr;
      if (!c) udp ? echo_datagrams(fd) : accept_all(fd);
      else if (c->waiting) flush_waiting(c);
      else echo(c);
    }
  }
}
