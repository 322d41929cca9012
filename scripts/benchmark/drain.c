/* How fast a server empties its UDP sockets when nobody else wants a processor: the server is stopped, its receive
 * queues are filled, and while it works on them this program sleeps, so that all processors are the server's. Answers
 * wait in this program's own sockets, stamped by the kernel as they come, and are counted afterwards.
 * Usage: drain PORT QUERIES COUNT TIMES PID... (all processes of the server)
 *
 * QUERIES as for load.c. COUNT datagrams are queued each time, the same number on each of the server's sockets: it is
 * found out by looking into which one the first datagram of each of our ports falls. The buffers of the server's
 * sockets are made long enough from here, through copies of its descriptors. Needs to be root.
 * Prints a line each time: sockets answered lost cpuSeconds together seconds; of the answers, so many came in the seconds
 * in which all sockets were being worked on: from the last one's first answer to the first one's last. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sock_diag.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SOCKETS_MAX 64 /* of the server */
#define PORTS_EACH 8   /* of ours, for each of the server's sockets */
#define TRIES 4096     /* of ports that fall into the right socket */
#define BATCH 64

static int theirs[SOCKETS_MAX], theirCount;
static uint64_t cookies[SOCKETS_MAX];
static int ours[SOCKETS_MAX * PORTS_EACH], feeds[SOCKETS_MAX * PORTS_EACH], ourCount; /* feeds which of theirs */
static int pids[SOCKETS_MAX], pidCount;
static unsigned char *queries;
static off_t queriesEnd, at;

static void fail(const char *what) {
  perror(what);
  for (int i = 0; i < pidCount; i++)
    kill(pids[i], SIGCONT);
  exit(1);
}

static void sleepMillis(long millis) {
  struct timespec t = {millis / 1000, millis % 1000 * 1000000};
  nanosleep(&t, NULL);
}

static void makeRoom(int fd) {
  int room = 1 << 30;
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) != 0)
    fail("drain: SO_RCVBUFFORCE, which needs root");
}

static unsigned queued(int fd) {
  uint32_t info[SK_MEMINFO_VARS];
  socklen_t length = sizeof info;
  return getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &length) == 0 ? info[SK_MEMINFO_RMEM_ALLOC] : 0;
}

/* Finds the UDP sockets that a process has on the port; processes may share them. */
static void adopt(int pid, int port) {
  char folder[64];
  snprintf(folder, sizeof folder, "/proc/%d/fd", pid);
  int pidfd = syscall(SYS_pidfd_open, pid, 0);
  DIR *entries = opendir(folder);
  if (pidfd < 0 || entries == NULL)
    fail("drain: the server's descriptors");
  for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
    int fd = entry->d_name[0] == '.' ? -1 : syscall(SYS_pidfd_getfd, pidfd, atoi(entry->d_name), 0), type = 0;
    struct sockaddr_in address = {0};
    socklen_t length = sizeof address, size = sizeof type, cookieSize = sizeof cookies[0];
    uint64_t cookie = 0;
    if (fd < 0)
      continue;
    int wanted = getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_DGRAM &&
                 getsockname(fd, (struct sockaddr *)&address, &length) == 0 && address.sin_family == AF_INET &&
                 ntohs(address.sin_port) == port &&
                 getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &cookieSize) == 0 && theirCount < SOCKETS_MAX;
    for (int i = 0; i < theirCount; i++)
      wanted = wanted && cookies[i] != cookie;
    if (wanted) {
      makeRoom(fd);
      cookies[theirCount] = cookie;
      theirs[theirCount++] = fd;
    } else {
      close(fd);
    }
  }
  closedir(entries);
  close(pidfd);
}

static void ask(int fd) {
  int length = queries[at] << 8 | queries[at + 1];
  if (send(fd, queries + at + 2, length, 0) != length)
    fail("drain: send");
  at += 2 + length;
  if (at >= queriesEnd)
    at = 0;
}

/* Opens ports until each of the server's sockets is fed by as many of them. Leaves a query of each in the queues. */
static void openPorts(int port) {
  struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fedBy[SOCKETS_MAX] = {0}, on = 1;
  for (int tries = 0; tries < TRIES && ourCount < theirCount * PORTS_EACH; tries++) {
    unsigned before[SOCKETS_MAX];
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&server, sizeof server) != 0)
      fail("drain: connect");
    for (int i = 0; i < theirCount; i++)
      before[i] = queued(theirs[i]);
    ask(fd);
    int into = 0;
    while (into < theirCount && queued(theirs[into]) == before[into])
      into++;
    if (into == theirCount) {
      fprintf(stderr, "drain: a datagram fell into none of the server's %d sockets\n", theirCount);
      fail("drain");
    }
    if (fedBy[into] == PORTS_EACH) {
      close(fd);
      continue;
    }
    fedBy[into]++;
    makeRoom(fd);
    if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) != 0)
      fail("drain: SO_TIMESTAMPNS");
    feeds[ourCount] = into;
    ours[ourCount++] = fd;
  }
}

/* Processor time of all threads, which the kernel counts in nanoseconds there. */
static double cpuSeconds(void) {
  double nanos = 0;
  for (int i = 0; i < pidCount; i++) {
    char path[300];
    snprintf(path, sizeof path, "/proc/%d/task", pids[i]);
    DIR *tasks = opendir(path);
    for (struct dirent *task; tasks != NULL && (task = readdir(tasks)) != NULL;) {
      snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", pids[i], task->d_name);
      FILE *file = task->d_name[0] == '.' ? NULL : fopen(path, "r");
      unsigned long long ran = 0;
      if (file != NULL) {
        if (fscanf(file, "%llu", &ran) == 1)
          nanos += ran;
        fclose(file);
      }
    }
    if (tasks != NULL)
      closedir(tasks);
  }
  return nanos * 1e-9;
}

/* Takes all answers out of our sockets, and tells when each came. */
static int take(double *times, int *from, int most) {
  static char buffers[BATCH][4096], controls[BATCH][128];
  static struct iovec vectors[BATCH];
  static struct mmsghdr messages[BATCH];
  int answered = 0;
  for (int s = 0; s < ourCount; s++) {
    for (int count = 1; count > 0;) {
      for (int i = 0; i < BATCH; i++) {
        vectors[i] = (struct iovec){buffers[i], sizeof buffers[i]};
        messages[i].msg_hdr = (struct msghdr){.msg_iov = &vectors[i], .msg_iovlen = 1, .msg_control = controls[i],
                                              .msg_controllen = sizeof controls[i]};
      }
      count = recvmmsg(ours[s], messages, BATCH, MSG_DONTWAIT, NULL);
      for (int i = 0; i < count; i++) {
        struct cmsghdr *stamp = CMSG_FIRSTHDR(&messages[i].msg_hdr);
        struct timespec t;
        if (stamp == NULL || stamp->cmsg_type != SCM_TIMESTAMPNS)
          continue;
        memcpy(&t, CMSG_DATA(stamp), sizeof t);
        if (answered < most) {
          times[answered] = t.tv_sec + t.tv_nsec * 1e-9;
          from[answered++] = feeds[s];
        }
      }
    }
  }
  return answered;
}

int main(int argc, char **argv) {
  if (argc < 6) {
    fprintf(stderr, "usage: drain PORT QUERIES COUNT TIMES PID...\n");
    return 2;
  }
  int port = atoi(argv[1]), count = atoi(argv[3]), rounds = atoi(argv[4]);
  int file = open(argv[2], O_RDONLY);
  struct stat status;
  if (file < 0 || fstat(file, &status) != 0)
    fail(argv[2]);
  queriesEnd = status.st_size;
  queries = mmap(NULL, queriesEnd, PROT_READ, MAP_PRIVATE, file, 0);
  for (int i = 5; i < argc && pidCount < SOCKETS_MAX; i++)
    pids[pidCount++] = atoi(argv[i]);
  for (int i = 0; i < pidCount; i++)
    adopt(pids[i], port);
  if (theirCount == 0) {
    fprintf(stderr, "drain: no UDP socket on port %d\n", port);
    return 1;
  }
  int most = count + TRIES;
  double *times = malloc(most * sizeof *times);
  int *from = malloc(most * sizeof *from);
  for (int round = 0; round <= rounds; round++) { /* the first finds the ports and is not told */
    for (int i = 0; i < pidCount; i++)
      kill(pids[i], SIGSTOP);
    sleepMillis(5);
    if (round == 0)
      openPorts(port);
    for (int i = 0; i < count; i++)
      ask(ours[i % ourCount]);
    double before = cpuSeconds();
    for (int i = 0; i < pidCount; i++)
      kill(pids[i], SIGCONT);
    unsigned waiting = 1;
    for (int waited = 0; waiting > 0 && waited < 30000; waited += 2) {
      sleepMillis(2);
      waiting = 0;
      for (int i = 0; i < theirCount; i++)
        waiting += queued(theirs[i]);
    }
    sleepMillis(5);
    double used = cpuSeconds() - before;
    int answered = take(times, from, most), together = 0;
    double start = 0, end = 1e300;
    for (int s = 0; s < theirCount; s++) {
      double first = 1e300, last = 0;
      for (int i = 0; i < answered; i++) {
        first = from[i] == s && times[i] < first ? times[i] : first;
        last = from[i] == s && times[i] > last ? times[i] : last;
      }
      start = first > start ? first : start;
      end = last < end ? last : end;
    }
    for (int i = 0; i < answered; i++)
      together += times[i] >= start && times[i] <= end;
    if (round > 0)
      printf("%d %d %d %.6f %d %.6f\n", theirCount, answered, count - answered, used, together, end - start);
  }
  return 0;
}
