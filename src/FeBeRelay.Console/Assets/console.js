// The session's key lives in this tab and at this address, port included; a cookie would go to every port of the host.
const name = 'feberelay-console';

export function readKey() {
    return sessionStorage.getItem(name);
}

export function writeKey(key) {
    sessionStorage.setItem(name, key);
}

export function forgetKey() {
    sessionStorage.removeItem(name);
}
