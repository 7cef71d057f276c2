// Shows what was pushed, and opens its page. Runs without a page, so it imports nothing.
self.addEventListener("push", (event) => {
  const words = event.data ? event.data.json() : {};
  event.waitUntil(self.registration.showNotification(words.title || "Followthrough", {
    body: words.body || "",
    tag: words.tag,
    data: { url: words.url || "/" },
  }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const address = new URL(event.notification.data.url, self.location.origin);
  if (address.origin !== self.location.origin) return;
  event.waitUntil((async () => {
    const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    const open = pages.find((page) => page.url === address.href);
    await (open ? open.focus() : self.clients.openWindow(address.href));
  })());
});
