package dev.byname.transport;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Locale;
import java.util.Set;

/**
 * The system calls behind {@link ForeignUdpSocket}, with the numbers and layouts that 64-bit Linux
 * has on x86 and ARM. Pointers are passed as plain numbers: the memory behind them lives as long as
 * its socket, and no segment is made per call.
 *
 * <p>Each function returns what the C function does; when that is negative, {@link #errno} of the
 * state that was handed in says why.
 */
@SuppressWarnings("restricted") // that is what this class is for: java --enable-native-access
final class Linux {
  static final int AF_INET = 2;
  static final int AF_INET6 = 10;
  static final int SOCK_DGRAM = 2;
  static final int SOCK_CLOEXEC = 02000000;

  static final int SOL_SOCKET = 1;
  static final int SO_RCVBUF = 8;
  static final int SO_REUSEPORT = 15;
  static final int SO_MEMINFO = 55;
  static final int IPPROTO_IP = 0;
  static final int IP_PKTINFO = 8;
  static final int IP_MTU_DISCOVER = 10;
  static final int IPPROTO_IPV6 = 41;
  static final int IPV6_MTU_DISCOVER = 23;
  static final int IPV6_V6ONLY = 26;
  static final int IPV6_RECVPKTINFO = 49;
  static final int IPV6_PKTINFO = 50;

  /** Neither sets DF nor believes ICMP about the path's MTU, which anybody can forge. */
  static final int PMTUDISC_OMIT = 5;

  static final int MSG_DONTWAIT = 0x40;
  static final int MSG_WAITFORONE = 0x10000;
  static final int SHUT_RD = 0;

  /** struct sched_attr as Linux 3.14 had it; later kernels take it as well. */
  static final int SCHED_ATTR_BYTES = 48;

  static final int SCHED_ATTR_SIZE = 0;
  static final int SCHED_ATTR_RUNTIME = 24;

  static final int EINTR = 4;
  static final int EAGAIN = 11;

  /** struct sockaddr_in6; struct sockaddr_in is a shorter one with family and port alike. */
  static final int SOCKADDR_BYTES = 28;

  static final int SOCKADDR_IN_BYTES = 16;
  static final int SOCKADDR_PORT = 2;
  static final int SOCKADDR_IN_ADDRESS = 4;
  static final int SOCKADDR_IN6_ADDRESS = 8;
  static final int SOCKADDR_IN6_SCOPE = 24;

  /** struct mmsghdr: a struct msghdr of 56 bytes and the length of the message. */
  static final int MMSGHDR_BYTES = 64;

  static final int MSG_NAME = 0;
  static final int MSG_NAMELEN = 8;
  static final int MSG_IOV = 16;
  static final int MSG_IOVLEN = 24;
  static final int MSG_CONTROL = 32;
  static final int MSG_CONTROLLEN = 40;
  static final int MSG_LEN = 56;

  static final int IOVEC_BYTES = 16;
  static final int IOV_BASE = 0;
  static final int IOV_LEN = 8;

  /** struct cmsghdr, before struct in_pktinfo or in6_pktinfo. */
  static final int CMSG_LEVEL = 8;

  static final int CMSG_TYPE = 12;
  static final int CMSG_DATA = 16;

  /** Room for either of the two. */
  static final int CONTROL_BYTES = 64;

  static final int IN_PKTINFO_IFINDEX = CMSG_DATA;
  static final int IN_PKTINFO_SOURCE = CMSG_DATA + 4;
  static final int IN6_PKTINFO_ADDRESS = CMSG_DATA;
  static final int IN6_PKTINFO_IFINDEX = CMSG_DATA + 16;

  /** Where the kernel counts the datagrams it dropped, in the answer to SO_MEMINFO. */
  static final int MEMINFO_DROPS = 8;

  static final int MEMINFO_BYTES = 36;

  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO = STATE.varHandle(PathElement.groupElement("errno"));
  private static final Linker LINKER = Linker.nativeLinker();

  /**
   * The shape of every call: five numbers, which travel in registers. A callee looks at no more of
   * them, and at no more of each, than it has parameters for (System V and AAPCS64 conventions).
   * One shape for all, because Java makes some classes for each, which a start would wait for.
   */
  private static final FunctionDescriptor CALL =
      FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  private static final MethodHandle SOCKET = function("socket");
  private static final MethodHandle BIND = function("bind");
  private static final MethodHandle SETSOCKOPT = function("setsockopt");
  private static final MethodHandle GETSOCKOPT = function("getsockopt");
  private static final MethodHandle GETSOCKNAME = function("getsockname");
  private static final MethodHandle SHUTDOWN = function("shutdown");
  private static final MethodHandle CLOSE = function("close");
  private static final MethodHandle RECVMMSG = function("recvmmsg");
  private static final MethodHandle SENDMMSG = function("sendmmsg");

  /** For what the C library has no function of its own. */
  private static final MethodHandle SYSCALL = function("syscall");

  private static final boolean ARM = System.getProperty("os.arch", "").equals("aarch64");
  private static final int SYS_SCHED_SETATTR = ARM ? 274 : 314;
  private static final int SYS_SCHED_GETATTR = ARM ? 275 : 315;

  private Linux() {}

  /** Whether this is a machine whose numbers are those above; says nothing of permission. */
  static boolean isHere() {
    return System.getProperty("os.name", "").equals("Linux")
        && Set.of("amd64", "aarch64")
            .contains(System.getProperty("os.arch", "").toLowerCase(Locale.ROOT));
  }

  /** Makes a call that cannot do harm; throws a LinkageError when Java refuses. */
  static boolean works() {
    try (var arena = Arena.ofConfined()) {
      return close(newState(arena), -1) == -1;
    }
  }

  /** Memory for {@link #errno}, for one thread at a time. */
  static MemorySegment newState(Arena arena) {
    return arena.allocate(STATE);
  }

  static int errno(MemorySegment state) {
    return (int) ERRNO.get(state, 0L);
  }

  static int socket(MemorySegment state, int family, int type) {
    try {
      return (int) SOCKET.invokeExact(state, (long) family, (long) type, 0L, 0L, 0L);
    } catch (Throwable impossible) {
      throw failed(impossible);
    }
  }

  static int bind(MemorySegment state, int fd, long address, int addressBytes) {
    try {
      return (int) BIND.invokeExact(state, (long) fd, address, (long) addressBytes, 0L, 0L);
    } catch (Throwable impossible) {
      throw failed(impossible);
    }
  }

  static int setsockopt(MemorySegment state, int fd, int level, int name, long value, int bytes) {
    try {
      return (int)
          SETSOCKOPT.invokeExact(state, (long) fd, (long) level, (long) name, value, (long) bytes);
    } catch (Throwable impossible) {
      throw failed(impossible);
    }
  }

  static int getsockopt(MemorySegment state, int fd, int level, int name, long value, long bytes) {
    try {
      return (int)
          GETSOCKOPT.invokeExact(state, (long) fd, (long) level, (long) name, value, bytes);
    } catch (Throwable impossible) {
      throw failed(impossible);
    }
  }

  static int getsockname(MemorySegment state, int fd, long address, long addressBytes) {
    try {
      return (int) GETSOCKNAME.invokeExact(state, (long) fd, address, addressBytes, 0L, 0L);
    } catch (Throwable impossible) {
      throw failed(impossible);
    }
  }

  static int shutdown(MemorySegment state, int fd, int how) {
    try {
      return (int) SHUTDOWN.invokeExact(state, (long) fd, (long) how, 0L, 0L, 0L);
    } catch (Throwable impossible) {
      throw failed(impossible);
    }
  }

  static int close(MemorySegment state, int fd) {
    try {
      return (int) CLOSE.invokeExact(state, (long) fd, 0L, 0L, 0L, 0L);
    } catch (Throwable impossible) {
      throw failed(impossible);
    }
  }

  static int recvmmsg(MemorySegment state, int fd, long messages, int count, int flags) {
    try {
      return (int) RECVMMSG.invokeExact(state, (long) fd, messages, (long) count, (long) flags, 0L);
    } catch (Throwable impossible) {
      throw failed(impossible);
    }
  }

  static int sendmmsg(MemorySegment state, int fd, long messages, int count, int flags) {
    try {
      return (int) SENDMMSG.invokeExact(state, (long) fd, messages, (long) count, (long) flags, 0L);
    } catch (Throwable impossible) {
      throw failed(impossible);
    }
  }

  /** Of the calling thread. {@code attributes} holds {@link #SCHED_ATTR_BYTES}. */
  static int schedGetattr(MemorySegment state, long attributes) {
    return syscall(state, SYS_SCHED_GETATTR, 0, attributes, SCHED_ATTR_BYTES, 0);
  }

  /** Of the calling thread. */
  static int schedSetattr(MemorySegment state, long attributes) {
    return syscall(state, SYS_SCHED_SETATTR, 0, attributes, 0, 0);
  }

  private static int syscall(
      MemorySegment state, long number, long first, long second, long third, long fourth) {
    try {
      return (int) SYSCALL.invokeExact(state, number, first, second, third, fourth);
    } catch (Throwable impossible) {
      throw failed(impossible);
    }
  }

  private static MethodHandle function(String name) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name), CALL, Linker.Option.captureCallState("errno"));
  }

  private static AssertionError failed(Throwable impossible) {
    return new AssertionError("a system call threw", impossible);
  }
}
