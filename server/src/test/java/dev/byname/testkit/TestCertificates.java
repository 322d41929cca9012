package dev.byname.testkit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * An authority with one server and one client certificate as PEM files, made by the JDK's {@code
 * keytool} so that tests need nothing else. The keys are EC P-256 in PKCS #8; the certificates are
 * valid for the current day only.
 *
 * @param authority the self-signed authority's certificate
 * @param serverCertificate for the given IP addresses and DNS names; the chain, server first
 * @param clientCertificate for common name {@code root}, which etcd takes as the user's name
 */
public record TestCertificates(
    Path authority,
    Path serverCertificate,
    Path serverKey,
    Path clientCertificate,
    Path clientKey) {

  private static final String PASSWORD = "changeit";

  /**
   * @param folder is made when missing
   * @param hosts IP literals or DNS names for the server's certificate
   */
  public static TestCertificates create(Path folder, String... hosts) {
    try {
      Files.createDirectories(folder);
      var store = folder.resolve("all.p12");
      keytool(
          store,
          "-genkeypair",
          "-alias",
          "ca",
          "-dname",
          "CN=Byname test authority",
          "-keyalg",
          "EC",
          "-groupname",
          "secp256r1",
          "-ext",
          "bc:c",
          "-ext",
          "ku:c=keyCertSign");
      var names = new ArrayList<String>();
      for (var host : hosts) {
        names.add((isAddress(host) ? "ip:" : "dns:") + host);
      }
      signed(
          store,
          "server",
          "CN=server",
          "san=" + String.join(",", names),
          "eku=serverAuth,clientAuth");
      signed(store, "client", "CN=root", "san=dns:client.invalid", "eku=clientAuth");

      var keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
      var result =
          new TestCertificates(
              folder.resolve("ca.pem"),
              folder.resolve("server.pem"),
              folder.resolve("server.key"),
              folder.resolve("client.pem"),
              folder.resolve("client.key"));
      Files.writeString(
          result.authority, pem("CERTIFICATE", keys.getCertificate("ca").getEncoded()));
      writePair(keys, "server", result.serverCertificate, result.serverKey);
      writePair(keys, "client", result.clientCertificate, result.clientKey);
      return result;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (GeneralSecurityException failed) {
      throw new IllegalStateException(failed);
    }
  }

  private static boolean isAddress(String host) {
    return host.contains(":") || host.chars().allMatch(c -> c == '.' || Character.isDigit(c));
  }

  private static void signed(Path store, String alias, String name, String... extensions)
      throws IOException {
    var arguments =
        new ArrayList<>(
            List.of(
                "-genkeypair",
                "-alias",
                alias,
                "-dname",
                name,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-signer",
                "ca"));
    for (var extension : extensions) {
      arguments.add("-ext");
      arguments.add(extension);
    }
    keytool(store, arguments.toArray(String[]::new));
  }

  private static void keytool(Path store, String... arguments) throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(
        List.of(
            "-keystore",
            store.toString(),
            "-storetype",
            "PKCS12",
            "-storepass",
            PASSWORD,
            "-validity",
            "1",
            "-startdate",
            "-1H"));
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var output = new String(process.getInputStream().readAllBytes(), US_ASCII);
    try {
      if (process.waitFor() != 0) {
        throw new IllegalStateException(String.join(" ", command) + ": " + output);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void writePair(KeyStore keys, String alias, Path certificate, Path key)
      throws IOException, GeneralSecurityException {
    var chain = new StringBuilder();
    for (Certificate link : keys.getCertificateChain(alias)) {
      chain.append(pem("CERTIFICATE", link.getEncoded()));
    }
    Files.writeString(certificate, chain);
    Files.writeString(
        key, pem("PRIVATE KEY", keys.getKey(alias, PASSWORD.toCharArray()).getEncoded()));
  }

  private static String pem(String what, byte[] der) {
    return "-----BEGIN "
        + what
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n-----END "
        + what
        + "-----\n";
  }
}
