module consumer {
    requires dev.socketserver;
}
