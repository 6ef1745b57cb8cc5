# E-mails, each with its subject first, and then its lines. $product is what the service is called.

# How a line of the text part names a link, which is on the next line, and a circumstance, such as “Browser: Firefox on Linux”.
mail-action = { $action }：
mail-fact = { $name }：{ $value }
# Before the address of the link, in the HTML part.
mail-or-open = または、次のアドレスを開いてください：
# How long a link is good.
mail-link-minutes = このリンクは{ $count }分以内に1回だけ使えます。
mail-link-hours = このリンクは{ $count }時間以内に1回だけ使えます。
mail-link-days = このリンクは{ $count }日以内に1回だけ使えます。

# To someone who forgot their password.
mail-reset-subject = { $product } の新しいパスワードの設定
mail-reset = どなたか（おそらくあなたご自身）が、{ $product } の新しいパスワードの設定を求めました。
mail-reset-action = 新しいパスワードを設定
mail-reset-not-you = 心当たりがない場合は、何もする必要はありません。パスワードは変わりません。

# To someone who wants to make an account.
mail-register-subject = { $product } のアカウントの作成
mail-register = どなたか（おそらくあなたご自身）が、このメールアドレスで { $product } のアカウントを作成しようとしています。
mail-register-action = アカウントを作成
mail-register-not-you = 心当たりがない場合は、何もする必要はありません。アカウントは作成されません。

# To someone who wants to make an account and has one. $url is a link.
mail-registered-subject = { $product } のアカウントをすでにお持ちです
mail-registered = どなたか（おそらくあなたご自身）が、このメールアドレスで { $product } のアカウントを作成しようとしています。アカウントはすでにお持ちです。
mail-registered-action = サインイン
mail-registered-forgot = パスワードをお忘れの場合は、新しいパスワードを設定してください： { $url }
mail-registered-not-you = 心当たりがない場合は、何もする必要はありません。何も変更されていません。

# To someone who is invited by whoever runs the service.
mail-invitation-subject = { $product } への招待
mail-invitation = { $product } のアカウントの作成に招待されています。

# To someone who wants to prove their e-mail address.
mail-verify-subject = { $product } のメールアドレスの確認
mail-verify = これが { $product } でのあなたのメールアドレスであることを確認してください。
mail-verify-action = このアドレスを確認
mail-verify-not-you = このサービスのアカウントをお持ちでない場合は、何もする必要はありません。

# To the address that someone wants to change: $to is the new one. And to the new one, with the same subject.
mail-change-subject = { $product } の新しいメールアドレスの確認
mail-leaving = { $product } のメールアドレスを、このアドレスから { $to } に変更するリクエストがありました。
mail-leaving-both = このアドレスと新しいアドレスの両方で確認が済むと、変更されます。
mail-leaving-action = 変更を確認
mail-leaving-not-you = 心当たりがない場合は、確認せずに、新しいパスワードを設定してください。パスワードを誰かに知られている可能性があります。
mail-arriving = どなたか（おそらくあなたご自身）が、このアドレスを { $product } のメールアドレスにしようとしています。
mail-arriving-action = このアドレスを確認
mail-arriving-not-you = 心当たりがない場合は、何もする必要はありません。何も変更されません。

# To an address that another person wants and someone has.
mail-in-use-subject = { $product } のメールアドレスについて
mail-in-use = どなたかが、このアドレスを { $product } のメールアドレスにしようとしました。このアドレスのアカウントをすでにお持ちのため、何も変更されていません。
mail-in-use-you = ご自身の操作だった場合：1つのメールアドレスは、1つのアカウントでしか使用できません。

# To the former address: $to is the new one.
mail-changed-subject = { $product } のメールアドレスが変更されました
mail-changed = { $product } のメールアドレスは { $to } になりました。今後、メールはそのアドレスに届きます。
mail-changed-not-you = ご自身で変更していない場合は、サービスの管理者にお知らせください。

# About the safety of an account: what was done, its circumstances, and a link for who did not do it.
mail-when = 日時
mail-browser = ブラウザ
# The network address.
mail-address = IPアドレス
# The city or country.
mail-place = 場所
mail-not-me-action = 自分の操作ではない
mail-not-me = 心当たりがある場合は、何もする必要はありません。心当たりがない場合は、リンクを開いてください。可能な対処をご案内します。

# An unusual sign-in, and what is unusual in it.
mail-sign-in-subject = { $product } への新しいサインイン
mail-sign-in = { $product } のあなたのアカウントへのサインインがありました。
mail-new-browser = このブラウザからのサインインは初めてです。
mail-new-country = この国からのサインインは初めてです。
# $kilometres is how far it is, $place where it was, $count how much later it is, in minutes or in hours.
mail-travel-minutes = その前の{ $count }分以内にサインインした場所から約{ $kilometres } km離れています。その時間内に移動できる距離ではありません。
mail-travel-hours = その前の{ $count }時間以内にサインインした場所から約{ $kilometres } km離れています。その時間内に移動できる距離ではありません。
mail-travel-from-minutes = その前の{ $count }分以内にサインインした場所（{ $place }）から約{ $kilometres } km離れています。その時間内に移動できる距離ではありません。
mail-travel-from-hours = その前の{ $count }時間以内にサインインした場所（{ $place }）から約{ $kilometres } km離れています。その時間内に移動できる距離ではありません。

# Failed attempts to sign in: with a password, and by someone who knows the password, with a second factor. The circumstances
# of the last one follow.
mail-failures-subject = { $product } へのサインインの失敗
mail-wrong-passwords = 短時間のうちに、あなたのアカウントへのサインインの失敗が{ $count }回ありました。今後の試行には待ち時間が生じることがあります。パスワードは破られていません。最後の試行は次のとおりです：
mail-wrong-codes = あなたのパスワードを知っている人が、短時間のうちに2段階認証に{ $count }回失敗しました。今後の試行には待ち時間が生じます。最後の試行は次のとおりです：

# Second factors that came and went.
mail-authenticator-added-subject = { $product } のアカウントに認証アプリが追加されました
mail-authenticator-added = あなたのアカウントに認証アプリが追加されました。サインインに使用できます。
mail-passkey-added-subject = { $product } のアカウントにパスキーが追加されました
mail-passkey-added = あなたのアカウントにパスキーが追加されました。サインインに使用できます。
mail-authenticator-removed-subject = { $product } のアカウントから認証アプリが削除されました
mail-authenticator-removed = あなたのアカウントから認証アプリが削除されました。今後、サインインには使用できません。
mail-passkey-removed-subject = { $product } のアカウントからパスキーが削除されました
mail-passkey-removed = あなたのアカウントからパスキーが削除されました。今後、サインインには使用できません。
mail-factors-removed-subject = { $product } の2段階認証の手段が削除されました
mail-factors-removed = サービスの管理者が、あなたの認証アプリ、パスキー、リカバリーコードを削除し、あなたをサインアウトさせました。2段階認証を設定するまでは、パスワードだけでサインインできます。

# Recovery codes: $count is how many are left.
mail-codes-renewed-subject = { $product } の新しいリカバリーコード
mail-codes-renewed = あなたのアカウントの新しいリカバリーコードが作成されました。以前のコードはもう使えません。
mail-code-used-subject = { $product } でリカバリーコードが使用されました
mail-code-used = { $count ->
    [0] あなたのアカウントのリカバリーコードが使用されました。コードは残っていません。新しいコードを作成してください。
   *[other] あなたのアカウントのリカバリーコードが使用されました。残りは{ $count }個です。
}

mail-passkey-cloned-subject = { $product } のパスキーがコピーされた可能性があります
mail-passkey-cloned = 使用回数を記録するあなたのパスキーでサインインしようとした人がいましたが、その回数が以前より減っていました。パスキーのコピーが存在する可能性があります。このサインインは拒否されました。そのパスキーをアカウントから削除し、新しいパスキーを追加してください。

mail-password-changed-subject = { $product } のパスワードが変更されました
mail-password-changed = あなたのパスワードが変更されました。変更を行った場所以外のすべての場所からサインアウトされました。アプリは、改めてあなたの許可を求める必要があります。

mail-api-key-added-subject = { $product } で新しい API キーが作成されました
mail-api-key-added = あなたのアカウントに「{ $key }」という名前の API キーが作成されました。このキーを持つ人は誰でも、キーで許可されたことをあなたの名義で行えます。
mail-api-key-leaked-subject = { $product } のあなたの API キーが公開された場所で見つかりました
mail-api-key-leaked = あなたの API キー「{ $key }」が、ほかの人が読める場所で見つかったため、失効させました。このキーを使っていたものは動作しなくなります。新しいキーを作成し、自分のプログラムだけが読める場所に保管してください。
