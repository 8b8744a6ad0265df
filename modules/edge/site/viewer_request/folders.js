// A folder is its index.html, at a path that ends in a slash, so that relative links in the page work.
function handler(event) {
  var request = event.request;
  var last = request.uri.slice(request.uri.lastIndexOf('/') + 1);
  if (last === '') {
    request.uri += 'index.html';
  } else if (last.indexOf('.') < 0) {
    return {
      statusCode: 301,
      statusDescription: 'Moved Permanently',
      // Exactly one leading slash: browsers resolve //name and /\name to another host.
      headers: { location: { value: request.uri.replace(/^[\/\\]+/, '/') + '/' } },
    };
  }
  return request;
}
