package dev.socketserver.spring;

import java.net.BindException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains that the address of a server is in use, or is not one to listen on. */
final class ServerStartFailureAnalyzer extends AbstractFailureAnalyzer<ServerStartException> {
    @Override
    protected @Nullable FailureAnalysis analyze(Throwable root, ServerStartException failure) {
        if (!(failure.getCause() instanceof BindException)) {
            return null;
        }
        return new FailureAnalysis(
                failure.getMessage(),
                "Stop the process that listens there, or choose another address, for instance by the property"
                        + " socketserver.port, socketserver.host or socketserver.path.",
                failure);
    }
}
