// The same server in Node. It prints its port.
const http = require('node:http');

const server = http.createServer((request, response) => {
    response.setHeader('Content-Type', 'text/plain');
    response.end('hello, world\n');
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
