package dev.byname.source.kubernetes;

import dev.byname.pem.Identity;
import dev.byname.pem.Pem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Asks a client-go credential plugin (client.authentication.k8s.io) for a token or a certificate
 * and keeps its answer until the server refuses it. The plugin's own expiry is left to the server's
 * 401: it costs one request and needs no clock.
 */
final class ExecCredentials implements Credentials {
  private static final long PLUGIN_SECONDS_MAX = 60;
  private static final int OUTPUT_BYTES_MAX = 1 << 20;
  private static final JsonMapper JSON = JsonMapper.shared();

  private final String where;
  private final List<String> command;
  private final Map<String, String> environment;
  private final String apiVersion;
  private final Map<String, Object> clusterInfo;
  private final String installHint;
  private @Nullable Answer answer;

  private record Answer(@Nullable String token, @Nullable Identity certificate) {}

  /**
   * @param where the command's field in the kubeconfig, for errors
   * @param clusterInfo empty unless the plugin asked for it
   */
  ExecCredentials(
      String where,
      List<String> command,
      Map<String, String> environment,
      String apiVersion,
      Map<String, Object> clusterInfo,
      String installHint) {
    this.where = where;
    this.command = List.copyOf(command);
    this.environment = Map.copyOf(environment);
    this.apiVersion = apiVersion;
    this.clusterInfo = Map.copyOf(clusterInfo);
    this.installHint = installHint;
  }

  @Override
  public @Nullable String authorization() throws AccessException, InterruptedException {
    String token = answer().token();
    return token == null ? null : "Bearer " + token;
  }

  @Override
  public @Nullable Identity certificate() throws AccessException, InterruptedException {
    return answer().certificate();
  }

  @Override
  public synchronized void refused() {
    answer = null;
  }

  private synchronized Answer answer() throws AccessException, InterruptedException {
    if (answer == null) {
      answer = parse(run());
    }
    return answer;
  }

  private byte[] run() throws AccessException, InterruptedException {
    var builder =
        new ProcessBuilder(command).redirectInput(ProcessBuilder.Redirect.from(nothing()));
    builder.environment().putAll(environment);
    builder.environment().put("KUBERNETES_EXEC_INFO", execInfo());
    Process process;
    try {
      process = builder.start();
    } catch (IOException failed) {
      throw new AccessException(
          where
              + ": cannot be run: "
              + failed.getMessage()
              + (installHint.isEmpty() ? "" : "; " + installHint.strip()),
          failed);
    }
    try {
      var output = drain(process.getInputStream());
      var errors = drain(process.getErrorStream());
      if (!process.waitFor(PLUGIN_SECONDS_MAX, TimeUnit.SECONDS)) {
        throw new AccessException(where + ": no answer within " + PLUGIN_SECONDS_MAX + " seconds");
      }
      if (process.exitValue() != 0) {
        throw new AccessException(
            where
                + ": exit code "
                + process.exitValue()
                + ": "
                + oneLine(errors.get(5, TimeUnit.SECONDS)));
      }
      return output.get(5, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException unreadable) {
      throw new AccessException(where + ": its output could not be read", unreadable);
    } finally {
      process.destroyForcibly();
    }
  }

  private static FutureTask<byte[]> drain(InputStream stream) {
    var task = new FutureTask<>(() -> stream.readNBytes(OUTPUT_BYTES_MAX));
    Thread.ofVirtual().name("exec-credential").start(task);
    return task;
  }

  private static java.io.File nothing() {
    return new java.io.File("/dev/null");
  }

  private String execInfo() {
    var spec = new LinkedHashMap<String, Object>();
    spec.put("interactive", false);
    if (!clusterInfo.isEmpty()) {
      spec.put("cluster", clusterInfo);
    }
    var info = new LinkedHashMap<String, Object>();
    info.put("kind", "ExecCredential");
    info.put("apiVersion", apiVersion);
    info.put("spec", spec);
    return JSON.writeValueAsString(info);
  }

  private Answer parse(byte[] output) throws AccessException {
    JsonNode status;
    try {
      JsonNode document = JSON.readTree(output);
      if (!apiVersion.equals(document.path("apiVersion").asString(""))) {
        throw new AccessException(
            where
                + ": answered with apiVersion \""
                + document.path("apiVersion").asString("")
                + "\", "
                + apiVersion
                + " was asked for");
      }
      status = document.path("status");
    } catch (JacksonException broken) {
      throw new AccessException(where + ": did not answer with JSON", broken);
    }
    String token = status.path("token").asString("");
    String certificate = status.path("clientCertificateData").asString("");
    String key = status.path("clientKeyData").asString("");
    if (token.isEmpty() && certificate.isEmpty()) {
      throw new AccessException(where + ": answered with neither token nor certificate");
    }
    return new Answer(
        token.isEmpty() ? null : token,
        certificate.isEmpty()
            ? null
            : ApiTls.identity(
                new Pem(
                    where + ": status.clientCertificateData",
                    certificate.getBytes(StandardCharsets.US_ASCII)),
                new Pem(
                    where + ": status.clientKeyData", key.getBytes(StandardCharsets.US_ASCII))));
  }

  private static String oneLine(byte[] errors) {
    String text = new String(errors, StandardCharsets.UTF_8).strip().replaceAll("\\s+", " ");
    return text.substring(0, Math.min(text.length(), 300));
  }
}
