package consumer

import dev.socketserver.ServerConfig
import dev.socketserver.StreamRequestHandler
import dev.socketserver.TcpServer
import dev.socketserver.net.ProxyHeader
import io.netty.buffer.Unpooled
import java.net.InetAddress
import java.net.InetSocketAddress
import java.net.Socket

class Echo : StreamRequestHandler() {
    override fun handle() {
        val line: String = `in`().readLine(Charsets.UTF_8, 100) ?: return
        out().write(line.uppercase() + "\n", Charsets.UTF_8)
    }
}

fun main() {
    val config = ServerConfig.builder()
        .address(InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
        .build()
    TcpServer(config, ::Echo).use { server ->
        server.start()
        val address = server.address() as InetSocketAddress
        Socket(address.address, address.port).use { client ->
            client.getOutputStream().write("hello\n".toByteArray())
            print(client.getInputStream().readAllBytes().decodeToString())
        }
    }
    val header: ProxyHeader? = ProxyHeader.read(Unpooled.EMPTY_BUFFER)
    println(header)
}
