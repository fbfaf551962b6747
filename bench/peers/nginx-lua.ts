import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from '../processes.ts';
import type { Peer, ProxySetup } from './peer.ts';
import { startProxy } from './start-proxy.ts';

const modules = '/usr/lib/nginx/modules';

/** nginx with its Lua module doing in five phases what the pipeline of seven plugins does. */
export const nginxLua: Peer = {
  name: 'nginx with Lua',
  howToInstall: 'apt-get install libnginx-mod-http-lua',
  isAvailable: () => findProgram('nginx') !== undefined && existsSync(`${modules}/ngx_http_lua_module.so`),
  start: async (setup) => {
    const configFile = join(setup.directory, 'nginx.conf');
    writeFileSync(configFile, configuration(setup));
    const errorLog = join(setup.directory, 'proxy.log');
    return startProxy('nginx', ['-p', setup.directory, '-e', errorLog, '-c', configFile], setup);
  },
};

// request id and forwarded fields; rate limit; choice of a healthy backend; response fields; access line
function configuration({ directory, listenPort, backendPorts }: ProxySetup): string {
  return `
load_module ${modules}/ndk_http_module.so;
load_module ${modules}/ngx_http_lua_module.so;
daemon off;
master_process off;
worker_processes 1;
worker_rlimit_nofile 20000;
pid ${directory}/nginx.pid;
error_log ${directory}/proxy.log error;
events { worker_connections 8192; }
http {
  access_log off;
  keepalive_timeout 1h;
  keepalive_requests 1000000000;
  client_body_temp_path ${directory}/body; proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fastcgi; uwsgi_temp_path ${directory}/uwsgi; scgi_temp_path ${directory}/scgi;
  lua_shared_dict limits 10m;
  init_worker_by_lua_block {
    ports = { ${backendPorts.join(', ')} }
    failures = { ${backendPorts.map(() => 0).join(', ')} }
    turn = 0
    lines = {}
    count = 0
    file = io.open("${directory}/access.log", "a")
  }
  upstream app {
    server 0.0.0.1;
    balancer_by_lua_block {
      local balancer = require "ngx.balancer"
      for _ = 1, #ports do
        turn = turn % #ports + 1
        if failures[turn] < 5 then break end
      end
      ngx.ctx.backend = turn
      assert(balancer.set_current_peer("127.0.0.1", ports[turn]))
    }
    keepalive 128;
    keepalive_timeout 1h;
    keepalive_requests 1000000000;
  }
  server {
    listen 127.0.0.1:${listenPort} backlog=4096;
    location / {
      rewrite_by_lua_block {
        local id = ngx.var.request_id
        ngx.ctx.id = id
        ngx.req.set_header("X-Request-Id", id)
        ngx.req.set_header("X-Client", ngx.var.remote_addr)
        ngx.req.clear_header("X-Debug")
      }
      access_by_lua_block {
        local limits = ngx.shared.limits
        local key = ngx.var.binary_remote_addr
        local now = ngx.now() * 1000
        local tat = limits:get(key) or 0
        if tat < now then tat = now end
        if tat - now > 1000 then return ngx.exit(429) end
        limits:set(key, tat + 0.00001, 10)
      }
      header_filter_by_lua_block {
        ngx.header["X-Served-By"] = "127.0.0.1:" .. ports[ngx.ctx.backend]
        ngx.header["X-Request-Id"] = ngx.ctx.id
        ngx.header["RateLimit-Policy"] = '"default";q=100000000;w=1'
        ngx.header["RateLimit"] = '"default";r=99999999;t=1'
      }
      log_by_lua_block {
        local backend = ngx.ctx.backend
        if backend then
          failures[backend] = ngx.status >= 500 and failures[backend] + 1 or 0
        end
        count = count + 1
        lines[count] = string.format(
          '{"time":"%s","client":"%s","method":"%s","target":"%s","status":%d,"bytesSent":%s,"backend":"%s",'
          .. '"totalMs":%.3f,"requestId":"%s","userAgent":"%s"}',
          ngx.var.time_iso8601, ngx.var.remote_addr, ngx.req.get_method(), ngx.var.request_uri, ngx.status,
          ngx.var.body_bytes_sent, ngx.var.upstream_addr, ngx.var.request_time * 1000, ngx.ctx.id,
          ngx.var.http_user_agent or "")
        if count == 50 then
          file:write(table.concat(lines, "\\n", 1, count), "\\n")
          file:flush()
          count = 0
        end
      }
      proxy_pass http://app;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-Host $http_host;
      proxy_set_header X-Real-IP $remote_addr;
    }
  }
}
`;
}
