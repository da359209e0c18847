/* TCP: connections with a fixed number of messages in flight, or with so many a second on all of them, or that only stay open. */
#define _GNU_SOURCE
#include "load.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* Positions are bytes of the connection's stream since it opened. A message is complete when its last byte came back. */
typedef struct {
  int fd;
  uint32_t seed;
  bool want_write, dead;
  uint64_t due, sent, got; /* asked to send, taken by the kernel, come back */
  uint64_t issued, done;   /* messages */
  uint64_t *when;          /* when each message in flight was issued, a ring */
} connection;

static connection *connections;
static int epoll_fd;
static uint8_t received[CHUNK];

static void watch(connection *c, int operation) {
  struct epoll_event e = {.events = EPOLLIN | (c->want_write ? EPOLLOUT : 0u), .data.ptr = c};
  epoll_ctl(epoll_fd, operation, c->fd, &e);
}

static void lose(connection *c, const char *what, int code) {
  if (c->dead) return;
  c->dead = true;
  run_fail("connection %u: %s%s%s", c->seed, what, code ? ": " : "", code ? strerror(code) : "");
  close(c->fd);
}

static void push(connection *c) {
  while (c->sent < c->due) {
    uint64_t left = c->due - c->sent;
    ssize_t n = send(c->fd, payload_at(c->seed, c->sent), left < CHUNK ? left : CHUNK, MSG_NOSIGNAL);
    if (n < 0) {
      if (errno != EAGAIN && errno != EINTR) return lose(c, "send", errno);
      break;
    }
    c->sent += (uint64_t)n;
  }
  bool waiting = c->sent < c->due;
  if (waiting == c->want_write) return;
  c->want_write = waiting;
  watch(c, EPOLL_CTL_MOD);
}

static void issue(connection *c, const options *o, uint64_t now) {
  c->when[c->issued++ % (uint64_t)o->inflight] = now;
  c->due += (uint64_t)o->size;
}

/* Reads once (the poll is level-triggered) and checks what came. False when nothing new is there. */
static bool pull(connection *c) {
  ssize_t n = recv(c->fd, received, sizeof received, 0);
  if (n <= 0) {
    if (n == 0) lose(c, "closed by the server", 0);
    else if (errno != EAGAIN && errno != EINTR) lose(c, "recv", errno);
    return false;
  }
  if (c->got + (uint64_t)n > c->sent) return lose(c, "more bytes came back than were sent", 0), false;
  if (memcmp(received, payload_at(c->seed, c->got), (size_t)n) != 0) return lose(c, "wrong bytes came back", 0), false;
  c->got += (uint64_t)n;
  run.bytes_checked += (uint64_t)n;
  return true;
}

static void serve(connection *c, const options *o) {
  if (!pull(c)) return;
  uint64_t now = now_ns();
  run_tick(o, now);
  while ((c->done + 1) * (uint64_t)o->size <= c->got) {
    run_reply(o, now - c->when[c->done++ % (uint64_t)o->inflight], now);
    if (run_sending() && !o->rate) issue(c, o, now);
  }
  push(c);
}

static bool open_one(connection *c, uint32_t seed, const options *o) {
  int on = 1;
  memset(c, 0, sizeof *c);
  c->seed = seed;
  c->when = calloc((size_t)o->inflight, sizeof *c->when);
  c->fd = socket(o->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (c->fd < 0) return run_fail("socket: %s", strerror(errno)), false;
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(c->fd, (const struct sockaddr *)&o->address, o->address_length) < 0 && errno != EINPROGRESS) {
    c->dead = true;
    close(c->fd);
    return run_fail("connect: %s", strerror(errno)), false;
  }
  c->want_write = true;
  watch(c, EPOLL_CTL_ADD);
  return true;
}

/* Opens all, a few at a time: libuv accepts one connection per poll, and a full backlog would cost a second per retry.
 * A connection counts as open when its first message came back, since the kernel connects before the server accepts. */
static bool open_all(const options *o) {
  struct epoll_event ready[256];
  uint64_t deadline = now_ns() + 40000000000u;
  int opened = 0, confirmed = 0;
  connections = calloc((size_t)o->connections, sizeof *connections);
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  while (confirmed < o->connections && !run.failed) {
    while (opened < o->connections && opened - confirmed < 64) {
      connection *c = &connections[opened];
      if (!open_one(c, (uint32_t)opened++, o)) return false;
      issue(c, o, now_ns());
    }
    int n = epoll_wait(epoll_fd, ready, 256, 100);
    for (int i = 0; i < n; i++) {
      connection *c = ready[i].data.ptr;
      if (c->dead) continue;
      if (ready[i].events & EPOLLOUT) push(c);
      if (c->dead || !(ready[i].events & (EPOLLIN | EPOLLERR | EPOLLHUP)) || !pull(c)) continue;
      if (c->done == 0 && c->got >= (uint64_t)o->size) c->done = 1, confirmed++;
    }
    if (now_ns() > deadline) return run_fail("only %d of %d connections opened within 40 s", confirmed, o->connections), false;
  }
  return !run.failed;
}

/* A reset instead of a FIN where asked: eight thousand closed connections would wait in TIME_WAIT otherwise. */
static void close_all(const options *o, bool reset) {
  struct linger hard = {.l_onoff = 1, .l_linger = 0};
  for (int i = 0; i < o->connections; i++) {
    connection *c = &connections[i];
    if (c->dead || c->fd <= 0) continue;
    if (reset) setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close(c->fd);
  }
}

/* A timer that is due for each message; epoll's own timeout knows only milliseconds. Its place in the poll has no connection. */
static int start_rate(const options *o) {
  long gap = 1000000000 / o->rate;
  struct itimerspec every = {{gap / 1000000000, gap % 1000000000}, {0, 1}};
  struct epoll_event e = {.events = EPOLLIN, .data.ptr = NULL};
  int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  timerfd_settime(timer, 0, &every, NULL);
  epoll_ctl(epoll_fd, EPOLL_CTL_ADD, timer, &e);
  return timer;
}

/* Sends what is due, to one connection after the other. What the generator itself sends late counts from when it was sent. */
static void send_due(int timer, const options *o) {
  static uint64_t next;
  uint64_t due;
  if (read(timer, &due, sizeof due) != sizeof due || !run_sending()) return;
  for (; due > 0; due--) {
    connection *c = &connections[next++ % (uint64_t)o->connections];
    if (c->dead) continue;
    if (c->issued - c->done >= (uint64_t)o->inflight) return run_fail("connection %u: the rate is not kept", c->seed);
    issue(c, o, now_ns());
    push(c);
  }
}

static bool all_answered(const options *o) {
  for (int i = 0; i < o->connections; i++) {
    if (!connections[i].dead && connections[i].done < connections[i].issued) return false;
  }
  return true;
}

void tcp_load(const options *o) {
  struct epoll_event ready[256];
  if (!open_all(o)) return;
  uint64_t now = now_ns();
  run_begin(o, now);
  int timer = o->rate ? start_rate(o) : -1;
  for (int i = 0; i < o->connections && !o->rate; i++) {
    for (int k = 0; k < o->inflight; k++) issue(&connections[i], o, now_ns());
    push(&connections[i]);
  }
  while (run.phase != DONE && !run.failed) {
    int n = epoll_wait(epoll_fd, ready, 256, 20);
    for (int i = 0; i < n; i++) {
      connection *c = ready[i].data.ptr;
      if (!c) send_due(timer, o);
      if (!c || c->dead) continue;
      if (ready[i].events & EPOLLOUT) push(c);
      if (!c->dead && (ready[i].events & (EPOLLIN | EPOLLERR | EPOLLHUP))) serve(c, o);
    }
    run_tick(o, now_ns());
    if (run.phase == DRAIN && all_answered(o)) break;
  }
  for (int i = 0; i < o->connections; i++) run.lost += connections[i].issued - connections[i].done;
  if (run.lost && !run.failed) run_fail("%llu messages never came back", (unsigned long long)run.lost);
  close_all(o, run.failed != 0);
}

void tcp_idle(const options *o) {
  struct epoll_event ready[64], e = {.events = EPOLLIN, .data.ptr = NULL};
  if (!open_all(o)) return;
  printf("{\"open\":%d}\n", o->connections);
  fflush(stdout);
  uint64_t end = now_ns() + (uint64_t)o->duration_ms * 1000000u;
  bool held = epoll_ctl(epoll_fd, EPOLL_CTL_ADD, 0, &e) == 0; /* a plain file as stdin cannot be polled: then don't hold */
  while (held && now_ns() < end && !run.failed) {
    int n = epoll_wait(epoll_fd, ready, 64, 200);
    for (int i = 0; i < n; i++) {
      connection *c = ready[i].data.ptr;
      if (c) lose(c, "an idle connection was disturbed", 0);
      else if (read(0, received, sizeof received) <= 0) held = false;
    }
  }
  close_all(o, true);
}
