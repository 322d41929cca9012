package dev.byname.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Numbers in network order inside byte arrays, each one machine instruction and a byte swap. */
public final class Bytes {
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private Bytes() {}

  /** 16 bits, unsigned. */
  public static int u16(byte[] array, int offset) {
    return (short) SHORT.get(array, offset) & 0xffff;
  }

  public static void u16(byte[] array, int offset, int value) {
    SHORT.set(array, offset, (short) value);
  }

  public static int i32(byte[] array, int offset) {
    return (int) INT.get(array, offset);
  }

  /** 32 bits, unsigned. */
  public static long u32(byte[] array, int offset) {
    return (int) INT.get(array, offset) & 0xffff_ffffL;
  }

  public static void i32(byte[] array, int offset, int value) {
    INT.set(array, offset, value);
  }

  public static long i64(byte[] array, int offset) {
    return (long) LONG.get(array, offset);
  }

  public static void i64(byte[] array, int offset, long value) {
    LONG.set(array, offset, value);
  }
}
