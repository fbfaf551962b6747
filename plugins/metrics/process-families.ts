import { readdir, readFile } from 'node:fs/promises';
import { counter, type Family, gauge, single } from './family.ts';

/** The process, by the names that all exporters of Prometheus use. */
export async function processFamilies(): Promise<Family[]> {
  return [...cpu(), ...memory(), ...(await fileDescriptors())];
}

function cpu(): Family[] {
  const { user, system } = process.cpuUsage();
  const startedAtS = Math.round(Date.now() / 1000 - process.uptime());
  return [
    counter('process_cpu_user_seconds_total', 'User CPU time.', single(user / 1e6)),
    counter('process_cpu_system_seconds_total', 'System CPU time.', single(system / 1e6)),
    counter('process_cpu_seconds_total', 'User and system CPU time.', single((user + system) / 1e6)),
    gauge('process_start_time_seconds', 'When the process started.', startedAtS),
  ];
}

function memory(): Family[] {
  const { rss, heapTotal, heapUsed, external, arrayBuffers } = process.memoryUsage();
  return [
    gauge('process_resident_memory_bytes', 'Resident memory.', rss),
    gauge('nodejs_heap_size_total_bytes', 'Size of the heap.', heapTotal),
    gauge('nodejs_heap_size_used_bytes', 'Used part of the heap.', heapUsed),
    gauge('nodejs_external_memory_bytes', 'Memory outside of the heap that objects hold.', external),
    gauge('nodejs_array_buffers_bytes', 'The part of it that is buffers.', arrayBuffers),
  ];
}

/** Only Linux tells them so. */
async function fileDescriptors(): Promise<Family[]> {
  try {
    const [open, limits] = await Promise.all([
      readdir('/proc/self/fd'),
      readFile('/proc/self/limits', 'latin1'),
    ]);
    const most = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Infinity);
    return [
      gauge('process_open_fds', 'Open file descriptors.', open.length - 1), // without the one that lists them
      gauge('process_max_fds', 'Most file descriptors that may be open.', most),
    ];
  } catch {
    return [];
  }
}
