package dev.byname.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.byname.wire.Bytes;
import dev.byname.wire.Header;
import java.io.ByteArrayOutputStream;

/** Queries as bytes, and what can be read off an answer without a parser. */
final class Queries {
  private Queries() {}

  /** A query for type A of a name whose first label tells {@link ScriptedHandler} what to do. */
  static byte[] query(int id, String name) {
    var out = new ByteArrayOutputStream();
    out.writeBytes(new byte[Header.LENGTH_BYTES]);
    for (var label : name.split("\\.")) {
      out.write(label.length());
      out.writeBytes(label.getBytes(US_ASCII));
    }
    out.writeBytes(new byte[] {0, 0, 1, 0, 1});
    byte[] message = out.toByteArray();
    Bytes.u16(message, Header.ID, id);
    Bytes.u16(message, Header.FLAGS, Header.RD);
    Bytes.u16(message, Header.QDCOUNT, 1);
    return message;
  }

  /** The same with zeros behind it, up to this length: nobody minds bytes after the question. */
  static byte[] query(int id, String name, int lengthBytes) {
    return java.util.Arrays.copyOf(query(id, name), lengthBytes);
  }

  static String name(byte[] message) {
    var name = new StringBuilder();
    for (int at = Header.LENGTH_BYTES; message[at] != 0; at += 1 + message[at]) {
      name.append(new String(message, at + 1, message[at], US_ASCII)).append('.');
    }
    return name.toString();
  }

  static int id(byte[] message) {
    return Bytes.u16(message, Header.ID);
  }

  static boolean isAnswer(byte[] message) {
    return (Bytes.u16(message, Header.FLAGS) & Header.QR) != 0;
  }

  /** Behind its length, as it travels over TCP. */
  static byte[] framed(byte[]... messages) {
    var out = new ByteArrayOutputStream();
    for (var message : messages) {
      out.write(message.length >> 8);
      out.write(message.length);
      out.writeBytes(message);
    }
    return out.toByteArray();
  }
}
