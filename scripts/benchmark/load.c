/* Asks a UDP server on loopback from one thread that never sleeps, so that what it measures is the server and not the
 * generator's own scheduling. Usage: load PORT QUERIES SECONDS RATE
 *
 * QUERIES holds messages, each behind its length in two bytes. With a RATE, queries leave one by one at even distances
 * and nothing waits for answers: a server that stalls delays all that were sent meanwhile. With RATE 0, there are
 * always WINDOW of them on their way. Prints: answered lost seconds p50 p99 p99.9 max slice, latencies in microseconds;
 * slice is the median of the p99 of each SLICE answers, which a host that takes the processors away for some of them
 * leaves alone. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>

#define SOCKETS 16 /* so that a server's sockets, if it has several, all get their share */
#define WINDOW 128 /* fits the receive buffer that every system allows */
#define IDS 65536
#define BATCH 64
#define LOST_AFTER 0.5
#define SLICE 2000

static int sockets[SOCKETS];
static double sentAt[IDS]; /* 0: not on its way */
static float *latencies;
static size_t answered;
static int onTheirWay;
static double lastAnswer;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static void receive(size_t most) {
  static char buffers[BATCH][4096];
  static struct iovec vectors[BATCH];
  static struct mmsghdr messages[BATCH];
  for (int i = 0; i < BATCH; i++) {
    vectors[i] = (struct iovec){buffers[i], sizeof buffers[i]};
    messages[i].msg_hdr = (struct msghdr){.msg_iov = &vectors[i], .msg_iovlen = 1};
  }
  for (int s = 0; s < SOCKETS; s++) {
    int count = recvmmsg(sockets[s], messages, BATCH, MSG_DONTWAIT, NULL);
    double at = now();
    for (int i = 0; i < count; i++) {
      unsigned id = (unsigned char)buffers[i][0] << 8 | (unsigned char)buffers[i][1];
      if (sentAt[id] > 0) {
        if (answered < most)
          latencies[answered++] = (at - sentAt[id]) * 1e6;
        sentAt[id] = 0;
        onTheirWay--;
        lastAnswer = at;
      }
    }
  }
}

static int ascending(const void *a, const void *b) {
  float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

int main(int argc, char **argv) {
  if (argc != 5) {
    fprintf(stderr, "usage: load PORT QUERIES SECONDS RATE\n");
    return 2;
  }
  double seconds = atof(argv[3]), rate = atof(argv[4]);
  int file = open(argv[2], O_RDONLY), room = 4 << 20;
  struct stat status;
  if (file < 0 || fstat(file, &status) != 0) {
    perror(argv[2]);
    return 1;
  }
  unsigned char *queries = mmap(NULL, status.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
  struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])),
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  for (int s = 0; s < SOCKETS; s++) {
    sockets[s] = socket(AF_INET, SOCK_DGRAM, 0);
    setsockopt(sockets[s], SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    if (connect(sockets[s], (struct sockaddr *)&server, sizeof server) != 0) {
      perror("load: connect");
      return 1;
    }
  }
  size_t most = (size_t)(seconds * (rate > 0 ? rate : 2e6)) + 1, sent = 0;
  latencies = malloc(most * sizeof *latencies);
  off_t at = 0;
  unsigned id = 0;
  double start = lastAnswer = now(), end = start + seconds, t;
  while ((t = now()) < end) {
    while (rate > 0 ? sent < (t - start) * rate : onTheirWay < WINDOW) {
      /* Ids go round: a query whose id comes up again unanswered is lost. */
      if (sentAt[id] > 0 && t - sentAt[id] < LOST_AFTER)
        break;
      onTheirWay += sentAt[id] == 0;
      int length = queries[at] << 8 | queries[at + 1];
      queries[at + 2] = id >> 8;
      queries[at + 3] = id;
      sentAt[id] = t = now();
      send(sockets[sent % SOCKETS], queries + at + 2, length, MSG_DONTWAIT);
      id = (id + 1) % IDS;
      sent++;
      at += 2 + length;
      if (at >= status.st_size)
        at = 0;
    }
    receive(most);
    if (rate == 0 && t - lastAnswer > LOST_AFTER) { /* the whole window is lost */
      memset(sentAt, 0, sizeof sentAt);
      onTheirWay = 0;
      lastAnswer = t;
    }
  }
  double ran = now() - start;
  for (double until = now() + 0.2; now() < until && onTheirWay > 0;)
    receive(most);
  if (answered == 0) {
    fprintf(stderr, "load: no answers\n");
    return 1;
  }
  size_t slices = answered / SLICE, slice = answered < SLICE ? answered : SLICE;
  float *p99 = malloc((slices + 1) * sizeof *p99);
  for (size_t i = 0; i < slices || i == 0; i++) {
    qsort(latencies + i * SLICE, slice, sizeof *latencies, ascending);
    p99[i] = latencies[i * SLICE + (size_t)(slice * 0.99)];
  }
  qsort(p99, slices, sizeof *p99, ascending);
  qsort(latencies, answered, sizeof *latencies, ascending);
  printf("%zu %zu %.6f %.1f %.1f %.1f %.1f %.1f\n", answered, sent - answered, ran, latencies[(size_t)(answered * 0.5)],
         latencies[(size_t)(answered * 0.99)], latencies[(size_t)(answered * 0.999)], latencies[answered - 1], p99[slices / 2]);
  return 0;
}
