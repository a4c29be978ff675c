// The settings of the made-up instance as Clerk's Frontend API gives them: an email address and a password sign in, nothing else is on.
const OFF = {
  enabled: false,
  required: false,
  used_for_first_factor: false,
  first_factors: [],
  used_for_second_factor: false,
  second_factors: [],
  verifications: [],
  verify_at_sign_up: false,
};
const EMAIL_ADDRESS = {
  ...OFF,
  enabled: true,
  required: true,
  used_for_first_factor: true,
  first_factors: ["email_code"],
  verifications: ["email_code"],
  verify_at_sign_up: true,
};
const ATTRIBUTES_OFF = ["phone_number", "username", "first_name", "last_name", "web3_wallet", "passkey", "authenticator_app", "ticket", "backup_code"];

const attributes = {
  ...Object.fromEntries(ATTRIBUTES_OFF.map((name) => [name, OFF])),
  email_address: EMAIL_ADDRESS,
  password: { ...OFF, enabled: true, required: true },
};

const displayConfig = {
  object: "display_config",
  id: "display_config_madeup",
  instance_environment_type: "development",
  application_name: "Tasks",
  preferred_sign_in_strategy: "password",
  theme: { buttons: {}, general: {}, accounts: {} },
  branded: false,
  logo_image_url: "",
  favicon_image_url: "",
  home_url: "",
  sign_in_url: "",
  sign_up_url: "",
  user_profile_url: "",
  after_sign_in_url: "",
  after_sign_up_url: "",
  after_sign_out_one_url: "",
  after_sign_out_all_url: "",
  after_switch_session_url: "",
  captcha_public_key: null,
  captcha_widget_type: null,
  captcha_provider: null,
  captcha_oauth_bypass: [],
  google_one_tap_client_id: null,
  show_devmode_warning: false,
};

const userSettings = {
  attributes,
  social: {},
  sign_in: { second_factor: { required: false } },
  sign_up: { captcha_enabled: false, captcha_widget_type: null, custom_action_required: false, progressive: true, mode: "public" },
  restrictions: { allowlist: { enabled: false }, blocklist: { enabled: false } },
  actions: { delete_self: false, create_organization: false },
  attack_protection: { user_lockout: { enabled: false }, pii: { enabled: false }, email_link: { require_same_client: false } },
  passkey_settings: { allow_autofill: false, show_sign_in_button: false },
  password_settings: { allowed_special_characters: "", min_length: 8, max_length: 72, show_zxcvbn: false, min_zxcvbn_strength: 0, disable_hibp: true },
  username_settings: { min_length: 4, max_length: 64 },
  saml: { enabled: false },
  enterprise_sso: { enabled: false },
};

export const ENVIRONMENT = {
  object: "environment",
  id: "env_madeup",
  auth_config: { object: "auth_config", id: "auth_config_madeup", single_session_mode: true, reverification: false, claimed_at: null },
  display_config: displayConfig,
  user_settings: userSettings,
  organization_settings: { enabled: false, max_allowed_memberships: 5, actions: { admin_delete: false }, domains: { enabled: false, enrollment_modes: [] } },
  commerce_settings: { billing: { enabled: false, user: { enabled: false, has_paid_plans: false }, organization: { enabled: false, has_paid_plans: false } } },
  api_keys_settings: { enabled: false },
  maintenance_mode: false,
};
