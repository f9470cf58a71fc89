package dev.socketserver;

import java.io.IOException;
import java.util.function.Supplier;

/** One server of each transport whose every hook is logged and then does what it always does. */
final class HookedServers {
    private HookedServers() {}

    static TcpServer tcp(ServerConfig config, Supplier<StreamRequestHandler> handlers, HookLog log) {
        return new TcpServer(config, handlers) {
            @Override
            protected void serverBind() throws IOException {
                log.call("serverBind");
                super.serverBind();
            }

            @Override
            protected void serverActivate() throws IOException {
                log.call("serverActivate");
                super.serverActivate();
            }

            @Override
            protected void serverClose() {
                log.call("serverClose");
                super.serverClose();
            }

            @Override
            protected boolean verifyRequest(StreamConnection request) {
                log.call("verifyRequest");
                return log.isVerified();
            }

            @Override
            protected void processRequest(StreamConnection request) throws Exception {
                log.call("processRequest");
                super.processRequest(request);
            }

            @Override
            protected void finishRequest(StreamConnection request) throws Exception {
                log.call("finishRequest");
                super.finishRequest(request);
            }

            @Override
            protected void shutdownRequest(StreamConnection request) throws Exception {
                log.call("shutdownRequest");
                super.shutdownRequest(request);
            }

            @Override
            protected void closeRequest(StreamConnection request) {
                log.call("closeRequest");
                super.closeRequest(request);
            }

            @Override
            protected void handleError(StreamConnection request, Throwable failure) {
                log.call("handleError");
            }

            @Override
            protected void handleTimeout() {
                log.call("handleTimeout");
            }

            @Override
            protected void serviceActions() {
                log.call("serviceActions");
            }
        };
    }

    static UnixServer unix(ServerConfig config, Supplier<StreamRequestHandler> handlers, HookLog log) {
        return new UnixServer(config, handlers) {
            @Override
            protected void serverBind() throws IOException {
                log.call("serverBind");
                super.serverBind();
            }

            @Override
            protected void serverActivate() throws IOException {
                log.call("serverActivate");
                super.serverActivate();
            }

            @Override
            protected void serverClose() {
                log.call("serverClose");
                super.serverClose();
            }

            @Override
            protected boolean verifyRequest(StreamConnection request) {
                log.call("verifyRequest");
                return log.isVerified();
            }

            @Override
            protected void processRequest(StreamConnection request) throws Exception {
                log.call("processRequest");
                super.processRequest(request);
            }

            @Override
            protected void finishRequest(StreamConnection request) throws Exception {
                log.call("finishRequest");
                super.finishRequest(request);
            }

            @Override
            protected void shutdownRequest(StreamConnection request) throws Exception {
                log.call("shutdownRequest");
                super.shutdownRequest(request);
            }

            @Override
            protected void closeRequest(StreamConnection request) {
                log.call("closeRequest");
                super.closeRequest(request);
            }

            @Override
            protected void handleError(StreamConnection request, Throwable failure) {
                log.call("handleError");
            }

            @Override
            protected void handleTimeout() {
                log.call("handleTimeout");
            }

            @Override
            protected void serviceActions() {
                log.call("serviceActions");
            }
        };
    }

    static UdpServer udp(ServerConfig config, Supplier<DatagramRequestHandler> handlers, HookLog log) {
        return new UdpServer(config, handlers) {
            @Override
            protected void serverBind() throws IOException {
                log.call("serverBind");
                super.serverBind();
            }

            @Override
            protected void serverActivate() throws IOException {
                log.call("serverActivate");
                super.serverActivate();
            }

            @Override
            protected void serverClose() {
                log.call("serverClose");
                super.serverClose();
            }

            @Override
            protected boolean verifyRequest(Datagram request) {
                log.call("verifyRequest");
                return log.isVerified();
            }

            @Override
            protected void processRequest(Datagram request) throws Exception {
                log.call("processRequest");
                super.processRequest(request);
            }

            @Override
            protected void finishRequest(Datagram request) throws Exception {
                log.call("finishRequest");
                super.finishRequest(request);
            }

            @Override
            protected void shutdownRequest(Datagram request) throws Exception {
                log.call("shutdownRequest");
                super.shutdownRequest(request);
            }

            @Override
            protected void closeRequest(Datagram request) {
                log.call("closeRequest");
                super.closeRequest(request);
            }

            @Override
            protected void handleError(Datagram request, Throwable failure) {
                log.call("handleError");
            }

            @Override
            protected void handleTimeout() {
                log.call("handleTimeout");
            }

            @Override
            protected void serviceActions() {
                log.call("serviceActions");
            }
        };
    }
}
