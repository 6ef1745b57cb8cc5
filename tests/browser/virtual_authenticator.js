// The authenticator that the DevTools protocol has for tests.

/**
 * Gives a page an authenticator like that of a phone: it keeps passkeys and looks who is there. What a field suggests, it
 * chooses at once; so there are suggestions only where they are what is tested.
 */
export async function virtualAuthenticator(person, { suggestions = false, ...more } = {}) {
  if (!suggestions) {
    await person.context.addInitScript(() => {
      PublicKeyCredential.isConditionalMediationAvailable = async () => false;
    });
  }
  const devtools = await person.context.newCDPSession(person.page);
  await devtools.send("WebAuthn.enable");
  const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      ...more,
    },
  });
  return {
    // It is lost, with all that it keeps.
    remove: () => devtools.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId }),
    set: (method, parameters) => devtools.send(`WebAuthn.${method}`, { authenticatorId, ...parameters }),
    credentials: async () => (await devtools.send("WebAuthn.getCredentials", { authenticatorId })).credentials,
  };
}
